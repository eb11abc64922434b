/** `npm run bench -- camera`: what the camera's decoder reads, and how long it takes. */
import { benchLive, benchLoop, benchMemory } from './camera-live.ts'
import { benchPasses } from './camera-passes.ts'
import { benchPhotos } from './camera-photos.ts'
import type { Figure } from './figure.ts'

const STEPS: Readonly<Record<string, (how: { full: boolean }) => Promise<Figure[]>>> = {
  passes: benchPasses,
  photos: benchPhotos,
  live: benchLive,
  loop: benchLoop,
  memory: benchMemory,
}

export const CAMERA_STEPS: readonly string[] = Object.keys(STEPS)

export async function benchCamera(how: { full: boolean; only: string }): Promise<Figure[]> {
  const figures: Figure[] = []
  for (const [name, step] of Object.entries(STEPS)) {
    if (how.only === '' || how.only === name) figures.push(...(await step(how)))
  }
  return figures
}

/**
 * A camera in the page that does as it is told: it shows a person whose head is turned as the prompt on
 * the page says, by pictures made of one portrait. Each is drawn with noise of its own.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { captureOf, type Head } from '../../../fixtures/face-capture.ts'

const FACES = join(import.meta.dirname, '../../../fixtures/faces')
const PROMPTS = ['ahead', 'left', 'right'] as const
const PICTURES_EACH = 5

/** Of a portrait of fixtures/faces, as `d01`: data URLs by prompt. */
export async function turnedPictures(name: string): Promise<Record<string, string[]>> {
  const heads = JSON.parse(readFileSync(join(FACES, 'heads.json'), 'utf8')) as Record<string, Head>
  const portrait = new Uint8Array(readFileSync(join(FACES, `${name}-live.jpg`)))
  const pictures = PROMPTS.map(() => PICTURES_EACH)
  const { frames } = await captureOf(portrait, heads[name] as Head, PROMPTS, { pictures })
  return Object.fromEntries(
    PROMPTS.map((prompt, i) => [
      prompt,
      frames
        .filter(frame => frame.prompt === i)
        .map(({ picture }) => `data:image/jpeg;base64,${Buffer.from(picture).toString('base64')}`),
    ]),
  )
}

/** `isStill`: a photo that is held before the camera, whatever the prompt. */
export async function turnCamera(
  page: Page,
  pictures: Readonly<Record<string, readonly string[]>>,
  isStill = false,
): Promise<void> {
  await page.addInitScript(follow, { pictures, isStill })
}

interface Followed {
  readonly pictures: Readonly<Record<string, readonly string[]>>
  readonly isStill: boolean
}

/** Runs in the page, before its own scripts. */
function follow({ pictures, isStill }: Followed): void {
  const DRAW_MS = 200
  async function load(url: string): Promise<ImageBitmap> {
    const bytes = Uint8Array.from(atob(url.split(',')[1] ?? ''), one => one.charCodeAt(0))
    return createImageBitmap(new Blob([bytes], { type: 'image/jpeg' }))
  }
  const loaded = Promise.all(
    Object.entries(pictures).map(
      async ([prompt, urls]) => [prompt, await Promise.all(urls.map(load))] as const,
    ),
  ).then(entries => new Map(entries))

  async function open(): Promise<MediaStream> {
    const bitmaps = await loaded
    const first = bitmaps.get('ahead')?.[0] as ImageBitmap
    const canvas = document.createElement('canvas')
    canvas.width = first.width
    canvas.height = first.height
    const pen = canvas.getContext('2d', { willReadFrequently: true }) as CanvasRenderingContext2D
    let turn = 0
    const draw = () => {
      const asked = document.querySelector<HTMLElement>('[data-prompt]')?.dataset.prompt
      const seen = bitmaps.get(isStill ? 'ahead' : (asked ?? 'ahead')) ?? [first]
      pen.drawImage(seen[isStill ? 0 : turn++ % seen.length] as ImageBitmap, 0, 0)
      if (isStill) return
      const image = pen.getImageData(0, 0, canvas.width, canvas.height)
      for (let i = 0; i < image.data.length; i++) {
        if (i % 4 !== 3) image.data[i] = (image.data[i] ?? 0) + Math.random() * 4 - 2
      }
      pen.putImageData(image, 0, 0)
    }
    draw()
    setInterval(draw, DRAW_MS)
    return canvas.captureStream(10)
  }
  Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia: open } })
}

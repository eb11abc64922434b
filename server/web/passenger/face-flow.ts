/**
 * One face check: the camera is opened first, then the challenge is asked for, since it must be answered
 * within a minute; each prompt is shown for a while before its pictures are taken.
 */

import type { Api } from '../shared/api.d.ts'
import { toBase64 } from '../shared/bytes.ts'
import type { Timers } from '../shared/ports.ts'
import type { Camera, OpenCamera } from './camera.ts'
import type { FaceStep } from './screens.ts'

type ChallengeRoute = Api['POST /v1/applications/{id}/challenge']
export type Challenge = ChallengeRoute['answer']
export type Frames = Api['POST /v1/applications/{id}/face']['body']['frames']

/** Time to read a prompt and to turn the head, and between two pictures of one prompt. */
export const PROMPT_MS = 2_200
export const BETWEEN_MS = 600

export interface FaceFlow {
  readonly camera: Camera
  readonly timers: Timers
  readonly onStep: (step: FaceStep) => void
  /** Broken off by the person. */
  readonly signal: AbortSignal
}

/** What ended a flow before its pictures were there. */
export class BrokenOff extends Error {
  override readonly name = 'BrokenOff'
}

/**
 * The pictures that answer `challengeOf()`. Rejects with a CameraError, with `BrokenOff`, or with what
 * `challengeOf` rejects with. The camera is closed in any case.
 */
export async function takeCapture(
  { camera, timers, onStep, signal }: FaceFlow,
  challengeOf: () => Promise<Challenge>,
): Promise<{ readonly challenge: Challenge; readonly frames: Frames }> {
  onStep({ kind: 'opening' })
  const open = await camera.open()
  const pause = (ms: number) => paused(timers, ms, signal)
  try {
    demandOn(signal)
    onStep({ kind: 'challenge', camera: open })
    const challenge = await challengeOf()
    const frames: Frames[number][] = []
    for (const [at, prompt] of challenge.prompts.entries()) {
      onStep({ kind: 'prompt', camera: open, prompt, at, of: challenge.prompts.length })
      await pause(PROMPT_MS)
      frames.push(...(await takeSome(open, at, challenge.pictures[at] ?? 1, pause)))
    }
    return { challenge, frames }
  } finally {
    open.close()
  }
}

async function takeSome(
  camera: OpenCamera,
  prompt: number,
  count: number,
  pause: (ms: number) => Promise<void>,
): Promise<Frames[number][]> {
  const frames: Frames[number][] = []
  for (let i = 0; i < count; i++) {
    if (i > 0) await pause(BETWEEN_MS)
    frames.push({ prompt, picture: toBase64(await camera.take()) })
  }
  return frames
}

function demandOn(signal: AbortSignal): void {
  if (signal.aborted) throw new BrokenOff()
}

function paused(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    demandOn(signal)
    const cancel = timers.after(ms, () => {
      signal.removeEventListener('abort', stop)
      resolve()
    })
    const stop = () => {
      cancel()
      reject(new BrokenOff())
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}

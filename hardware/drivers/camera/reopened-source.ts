/**
 * A camera that is opened, watched and opened again. An opening (`Feed`) is a running program, an
 * HTTP answer or a folder; it ends with its first fault, and the next follows after a wait.
 */
import { createBackoff } from '../../backoff.ts'
import { createDeviceStates } from '../../device-states.ts'
import type { DeviceError } from '../../errors.ts'
import {
  brokenPicturesMax,
  cameraOpenMsMax,
  cameraRestartMsMax,
  cameraRestartMsMin,
  cameraSilentMs,
  cameraSteadyMs,
} from '../../limits.ts'
import { createListeners } from '../../listeners.ts'
import type { Clock, Timers, Unsubscribe } from '../../ports.ts'
import type { FrameSource, LumaFrame } from './frames.ts'
import { blind, frozen, stalled } from './picture-faults.ts'
import { createPictureWatch } from './picture-watch.ts'

/** One opening of a camera. */
export interface Feed {
  /** Resolves when nothing of it is left open. */
  close(): Promise<void>
}

export interface FeedEvents {
  /** It works, though no frame has come. Only of a feed whose frames come when they like. */
  ready(): void
  frame(frame: LumaFrame): void
  /** One picture could not be used; the next may be good. */
  dropped(error: DeviceError): void
  /** The opening is of no more use. It is closed then; what it still tells is not heard. */
  fault(error: DeviceError): void
}

/** Opens at once. Calls no event before it has returned. */
export type OpenFeed = (events: FeedEvents) => Feed

export interface ReopenedSourceOptions {
  readonly name: string
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of opening anew. */
  readonly random: () => number
  readonly open: OpenFeed
  /** Frames come all the time, and without them it is lost. False for a watched folder. */
  readonly isSteady: boolean
}

/**
 * Opens at once; `ready` from the first frame of an opening on. One picture of a folder that can't
 * be used is a warning until the next one; many in a row of a camera are a fault.
 */
export function createReopenedSource(options: ReopenedSourceOptions): FrameSource {
  const { name, timers, clock, open, isSteady } = options
  const states = createDeviceStates()
  const frames = createListeners<[LumaFrame]>()
  const picture = createPictureWatch()
  const backoff = createBackoff(options.random, cameraRestartMsMin, cameraRestartMsMax)
  let feed: Feed | null = null
  let closing: Promise<void> = Promise.resolve()
  let stopTimer: Unsubscribe = () => {}
  let readySinceMs = 0
  let lastFrameMs = 0
  let brokenPictures = 0
  let over = false

  function start(): void {
    let current: Feed | null = null
    const isCurrent = () => current !== null && current === feed
    current = open({
      ready() {
        if (isCurrent()) states.set({ state: 'ready' })
      },
      frame(frame) {
        if (isCurrent()) take(frame)
      },
      dropped(error) {
        if (isCurrent()) drop(error)
      },
      fault(error) {
        if (isCurrent()) lose(error)
      },
    })
    feed = current
    brokenPictures = 0
    picture.reopened()
    if (isSteady) watch(cameraOpenMsMax)
  }

  function take(frame: LumaFrame): void {
    const nowMs = clock.monotonicMs()
    const seen = isSteady ? picture.see(frame) : null
    if (seen === 'FROZEN') {
      lose(frozen(name))
      return
    }
    lastFrameMs = nowMs
    brokenPictures = 0
    const before = states.now
    if (before.state !== 'ready') {
      readySinceMs = nowMs
      if (isSteady) watch(cameraSilentMs)
    }
    const code = seen === null ? undefined : (`CAMERA_${seen}` as const)
    if (before.state !== 'ready' || before.warning?.code !== code) {
      states.set({ state: 'ready', ...(code && { warning: blind(name, code) }) })
    }
    frames.emit(frame)
  }

  function drop(error: DeviceError): void {
    brokenPictures += 1
    if (!isSteady) states.set({ state: 'ready', warning: error })
    else if (brokenPictures >= brokenPicturesMax) lose(error)
  }

  /** Looks whether a frame came; not set anew by each of them. */
  function watch(waitMs: number): void {
    stopTimer()
    stopTimer = timers.after(waitMs, () => {
      const leftMs = lastFrameMs + cameraSilentMs - clock.monotonicMs()
      if (states.now.state === 'ready' && leftMs > 0) watch(leftMs)
      else lose(stalled(name))
    })
  }

  function lose(error: DeviceError): void {
    const gone = feed
    feed = null
    if (states.now.state === 'ready' && lastFrameMs - readySinceMs >= cameraSteadyMs) {
      backoff.reset()
    }
    stopTimer()
    closing = gone?.close() ?? closing
    void closing.then(() => {
      if (!over) stopTimer = timers.after(backoff.next(), start)
    })
    states.set({ state: 'lost', error })
  }

  start()
  return {
    name,
    onState: states.follow,
    onFrame: listener => frames.add(listener),
    async close() {
      over = true
      stopTimer()
      const gone = feed
      feed = null
      if (gone !== null) closing = gone.close()
      await closing
    },
  }
}

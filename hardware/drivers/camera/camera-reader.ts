/**
 * A camera as a reader of codes. Frames come from any source; a thread decodes them, so that nothing
 * else of this program waits. Only the newest frame waits for the thread, and only one that the motion
 * gate finds worth a look. What the fast look misses gets the deep looks, one after the other, as long
 * as something moved lately and no newer frame waits; the next frame goes on with the look after.
 */
import { createDeviceStates } from '../../device-states.ts'
import { deepAfterMotionMs, outlineMs, wholeTryMs } from '../../limits.ts'
import { createListeners } from '../../listeners.ts'
import type { Clock, CodeReader, DeviceState, Reading, Timers } from '../../ports.ts'
import { frameText } from '../frame-text.ts'
import { DEEP_LOOKS, type EngineChoice, type LookName } from './chain.ts'
import { createCodeChoice } from './code-choice.ts'
import { createDecodePort } from './decode-port.ts'
import { createFrameBuffers } from './frame-buffers.ts'
import type { FrameSource, LumaFrame } from './frames.ts'
import { createLastPlace } from './last-place.ts'
import { createMotionGate } from './motion-gate.ts'
import type { Box, EngineName, FoundCode } from './picture.ts'
import { type Preview, renderPreview } from './preview.ts'

export interface CameraReaderOptions {
  readonly name: string
  /** Closed with the reader. */
  readonly source: FrameSource
  /** `auto`: zxing, or jsQR on a board where WebAssembly is missing. Default `auto`. */
  readonly engine?: EngineChoice
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of starting the decoder again. */
  readonly random: () => number
  /** Something that a technician should know and that needs nobody at once. */
  readonly onNotice?: (message: string) => void
  /** What the decoding thread runs; another one only in tests. */
  readonly thread?: URL
}

export interface CameraReader extends CodeReader {
  /** What decodes now; null while nothing does. */
  readonly engine: EngineName | null
  /** The newest frame as it is now; null before the first. Made only when it is asked for. */
  preview(): Promise<Preview | null>
  /** Called after each frame that was looked at: how many codes it showed, and what found them. */
  onLooked(listener: (looked: Looked) => void): () => void
}

export interface Looked {
  readonly atMs: number
  readonly codes: number
  /** The last look at it. */
  readonly look: LookName
}

/** A frame in a buffer of its own that goes to the thread. */
interface Job {
  readonly width: number
  readonly height: number
  readonly atMs: number
  readonly isDeep: boolean
  readonly luma: Uint8Array<ArrayBuffer>
}

const THREAD = new URL('./decode-thread.ts', import.meta.url)

/** Starts at once. Lost while its source is, or its decoder. */
export function createCameraReader(options: CameraReaderOptions): CameraReader {
  const { name, source } = options
  const states = createDeviceStates()
  const readings = createListeners<[Reading]>()
  const looks = createListeners<[Looked]>()
  const gate = createMotionGate()
  const buffers = createFrameBuffers()
  const choice = createCodeChoice()
  const place = createLastPlace()
  let engine: EngineName | null = null
  let saidFallback = false
  let sourceState: DeviceState = { state: 'connecting' }
  let decoderState: DeviceState = { state: 'connecting' }
  let newest: LumaFrame | null = null
  let waiting: Job | null = null
  let movedMs = Number.NEGATIVE_INFINITY
  let wholeMs = Number.NEGATIVE_INFINITY
  let nextDeep = 0

  function onEngine(now: EngineName, fallback: string | null): void {
    engine = now
    if (fallback === null || saidFallback) return
    saidFallback = true
    options.onNotice?.(`${name}: zxing does not work here (${fallback}); jsQR decodes, and slower`)
  }

  function tell(): void {
    // Of the source while both work: it may have a warning.
    const isDecoders = sourceState.state === 'ready' && decoderState.state !== 'ready'
    const next = isDecoders ? decoderState : sourceState
    if (next !== states.now) states.set(next)
  }

  function take(frame: LumaFrame): void {
    newest = frame
    const worth = gate.judge(frame)
    if (worth === 'still') return
    const { width, height, atMs } = frame
    if (worth === 'moved') movedMs = atMs
    if (waiting !== null) buffers.give(waiting.luma)
    const luma = buffers.copy(frame.luma.subarray(0, width * height))
    waiting = { width, height, atMs, luma, isDeep: atMs - movedMs < deepAfterMotionMs }
    work()
  }

  function work(): void {
    const job = waiting
    if (job === null || !port.isFree) return
    waiting = null
    void decode(job).then(work)
  }

  async function decode(job: Job): Promise<void> {
    let name: LookName = job.atMs - wholeMs < wholeTryMs ? 'fast' : 'whole'
    if (name === 'whole') wholeMs = job.atMs
    let answer = await look(name, job, job.luma, name === 'fast' ? place.near(job) : null)
    const deep = engine === null || !job.isDeep ? [] : DEEP_LOOKS[engine]
    for (let i = 0; i < deep.length; i++) {
      if (answer === null || answer.codes.length > 0 || waiting !== null) break
      name = deep[nextDeep++ % deep.length] as LookName
      answer = await look(name, job, answer.luma, null)
    }
    if (answer === null) return
    buffers.give(answer.luma)
    deliver(answer.codes, job.atMs)
    looks.emit({ atMs: job.atMs, codes: answer.codes.length, look: name })
  }

  function look(
    name: LookName,
    { width, height }: Job,
    luma: Uint8Array<ArrayBuffer>,
    near: Box | null,
  ) {
    return port.look({ look: name, near, width, height, luma })
  }

  function deliver(codes: readonly FoundCode[], atMs: number): void {
    place.found(codes, atMs)
    const texts = codes.flatMap(code => frameText(Buffer.from(code.text)) ?? [])
    const text = choice.choose(texts, atMs)
    if (text !== null) readings.emit({ text, lastByteMs: atMs })
  }

  async function preview(): Promise<Preview | null> {
    if (newest === null) return null
    const { last } = place
    const { atMs } = newest
    const outlines = last !== null && atMs - last.atMs < outlineMs ? last.outlines : []
    const codes = outlines.length
    return { ...(await renderPreview(newest, outlines)), atMs, codes }
  }

  const port = createDecodePort({
    ...{ name, timers: options.timers, random: options.random, onEngine },
    ...{ engine: options.engine ?? 'auto', module: options.thread ?? THREAD },
    onState(next) {
      if (next.state !== 'ready') engine = null
      decoderState = next
      tell()
      work()
    },
  })
  const endFrames = source.onFrame(take)
  const endState = source.onState(next => {
    sourceState = next
    tell()
  })

  return {
    name,
    get engine() {
      return engine
    },
    preview,
    onState: states.follow,
    onReading: listener => readings.add(listener),
    onLooked: listener => looks.add(listener),
    async close() {
      endFrames()
      endState()
      waiting = null
      await Promise.all([source.close(), port.close()])
    },
  }
}

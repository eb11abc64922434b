/**
 * The embedded face check: a process of its own that works on one request at a time, in order. A
 * picture or a fault may end that process: the next request starts another. fair-faces.ts decides
 * whose request is next, and how many wait.
 */
import { type Ask, type FaceProcess, startFaceProcess, type Value } from './face-process.ts'
import { CHECK_MS_MAX, PROCESS_MIB_REST, PROCESS_PICTURES_MAX } from './limits.ts'
import {
  type Capture,
  type Described,
  type FaceCheck,
  FaceCheckError,
  type FaceDescriber,
  type FaceOutcome,
} from './port.ts'

export interface FaceEngine extends FaceCheck, FaceDescriber {
  check(onFile: Uint8Array, capture: Capture): Promise<FaceOutcome>
  /** Resolves when the networks are loaded; rejects with FaceCheckError when they can't be. */
  ready(): Promise<void>
  /** Of the process that is there now, for who watches its memory; undefined while there is none. */
  pid(): number | undefined
}

export interface FaceEngineOptions {
  /** Told why a process was given up; never anything of a picture. */
  readonly onFault: (what: string, error: unknown) => void
  /** The process's program; another one in tests. */
  readonly program?: URL
  /** How long one check may take, milliseconds. */
  readonly checkMsMax?: number
  /** After so many pictures another process takes over. */
  readonly picturesMax?: number
}

/** Loads the networks when it is first asked, or told to warm up. */
export function createFaceEngine(options: FaceEngineOptions): FaceEngine {
  const { onFault, checkMsMax = CHECK_MS_MAX, picturesMax = PROCESS_PICTURES_MAX } = options
  const program = options.program ?? new URL('./child.ts', import.meta.url)
  let closed = false
  let running: FaceProcess | undefined
  let last: Promise<unknown> = Promise.resolve()

  const current = (): FaceProcess => {
    if (closed) throw new FaceCheckError('UNAVAILABLE')
    if (running !== undefined) return running
    const started = startFaceProcess({ program, checkMsMax, onFault }, (why, error) => {
      if (running === started) running = undefined
      if (!closed) onFault(`the face check’s process is given up: ${why}`, error)
    })
    running = started
    return started
  }

  /** Memory that a decoder keeps is given back by another process's taking over, between two checks. */
  function renewIfUsedUp(process: FaceProcess): void {
    if (closed || running !== process) return
    if (process.rssMib() <= PROCESS_MIB_REST && process.pictures() < picturesMax) return
    running = undefined
    void process.end()
    current()
  }

  function ask(request: Ask): Promise<Value> {
    const turn = last.then(async () => {
      const process = current()
      const value = await process.ask(request)
      renewIfUsedUp(process)
      return value
    })
    last = turn.catch(() => {})
    return turn
  }

  return {
    warm: () => void current(),
    ready: async () => current().loaded,
    pid: () => running?.pid,
    check: async (onFile, capture) =>
      (await ask({ what: 'check', onFile, capture })) as FaceOutcome,
    describe: async picture => (await ask({ what: 'describe', picture })) as Described,
    async close() {
      closed = true
      await running?.end()
    },
  }
}

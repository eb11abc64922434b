/**
 * Starts, asks and ends the process of the face check. Decoders are native code: a thread, or a bound
 * on a heap, would not limit what a picture does to them.
 */
import { fork } from 'node:child_process'
import { getCompileCacheDir } from 'node:module'
import { setPriority } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Decoding, FaceAnswer, FaceRequest } from './child-protocol.ts'
import { refused } from './judge.ts'
import {
  PROCESS_HEAP_MIB_FIRST,
  PROCESS_HEAP_MIB_MAX,
  PROCESS_NICENESS,
  READY_MS_MAX,
} from './limits.ts'
import { type Described, FaceCheckError, type FaceOutcome } from './port.ts'

export type Value = FaceOutcome | Described
export type Ask = FaceRequest extends infer One
  ? One extends unknown
    ? Omit<One, 'id'>
    : never
  : never

export interface FaceProcess {
  readonly pid: number | undefined
  /** Resolves when the networks are loaded; rejects with FaceCheckError when they can't be. */
  readonly loaded: Promise<void>
  /**
   * One at a time. Who sent the picture whose decoding ended the process is answered `BAD_PICTURE`;
   * rejects with FaceCheckError where it ended otherwise, or the check took too long.
   */
  ask(request: Ask): Promise<Value>
  /** What the last answer said of its memory, and how many pictures it has decoded. */
  rssMib(): number
  pictures(): number
  /** Ends it at once; resolves when it is gone. */
  end(): Promise<void>
}

export interface ProcessParts {
  readonly program: URL
  readonly checkMsMax: number
  readonly onFault: (what: string, error: unknown) => void
}

interface Asked {
  readonly id: number
  readonly what: Ask['what']
  readonly answered: PromiseWithResolvers<Value>
  decoding: Decoding
}

/** `onEnd` is called once, when it is of no use any more; not after `end`. */
export function startFaceProcess(
  { program, checkMsMax, onFault }: ProcessParts,
  onEnd: (why: string, error: unknown) => void,
): FaceProcess {
  const child = fork(fileURLToPath(program), [], {
    execArgv: [
      `--max-old-space-size=${PROCESS_HEAP_MIB_MAX}`,
      `--initial-old-space-size=${PROCESS_HEAP_MIB_FIRST}`,
    ],
    env: environment(),
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  if (child.pid !== undefined) yieldToOthers(child.pid)
  const gone = new Promise<void>(resolve => {
    child.once('exit', () => resolve())
    child.once('error', () => resolve())
  })
  const loaded = Promise.withResolvers<void>()
  loaded.promise.catch(() => {})
  const seen = { rssMib: 0, pictures: 0, lastId: 0 }
  let asked: Asked | undefined
  let over = false
  let late = setTimeout(() => giveUp('loading takes too long'), READY_MS_MAX)

  function giveUp(why: string, error?: unknown, told = true): void {
    if (over) return
    over = true
    clearTimeout(late)
    child.kill('SIGKILL')
    if (told) onEnd(why, error)
    const cause = error === undefined ? {} : { cause: error }
    const unavailable = new FaceCheckError('UNAVAILABLE', cause)
    loaded.reject(unavailable)
    if (asked !== undefined) settle(asked, unavailable)
    asked = undefined
  }

  function take(answer: FaceAnswer): void {
    if (answer.id === 0) {
      loaded.resolve()
      if (asked === undefined) rest()
      return
    }
    if (asked?.id !== answer.id) return
    if ('decoding' in answer) {
      if (answer.decoding !== 'none') seen.pictures += 1
      asked.decoding = answer.decoding
      return
    }
    const { answered } = asked
    asked = undefined
    rest()
    if ('value' in answer) {
      seen.rssMib = answer.rssMib
      answered.resolve(answer.value)
    } else if ('fault' in answer) {
      onFault('a face check failed', new Error(answer.fault))
      answered.reject(new FaceCheckError('UNAVAILABLE'))
    }
  }

  /** With nothing to do it keeps no program alive. */
  function rest(): void {
    clearTimeout(late)
    child.unref()
    child.channel?.unref()
  }

  child.on('message', message => take(message as FaceAnswer))
  // Not on `exit`: what it said last is read by then, and tells whose picture it was.
  child.once('disconnect', () => giveUp(ENDED_AT[asked?.decoding ?? 'none']))
  child.once('error', error => giveUp('it can not be started', error))

  return {
    pid: child.pid,
    loaded: loaded.promise,
    async ask(request) {
      if (over) throw new FaceCheckError('UNAVAILABLE')
      child.ref()
      child.channel?.ref()
      await loaded.promise
      const id = ++seen.lastId
      const answered = Promise.withResolvers<Value>()
      asked = { id, what: request.what, answered, decoding: 'none' }
      late = setTimeout(() => giveUp('a check takes too long'), checkMsMax)
      // Where it can not be sent, the process has ended, and `disconnect` says so.
      child.send({ id, ...request } as FaceRequest, () => {})
      return answered.promise
    },
    rssMib: () => seen.rssMib,
    pictures: () => seen.pictures,
    end() {
      child.ref()
      giveUp('ended', undefined, false)
      return gone
    },
  }
}

function yieldToOthers(pid: number): void {
  try {
    setPriority(pid, PROCESS_NICENESS)
  } catch {
    // It is gone already, which `disconnect` tells.
  }
}

/** Nothing of the service's own environment: secrets are in it, and strangers' pictures come here. */
function environment(): NodeJS.ProcessEnv {
  return {
    SystemRoot: process.env.SystemRoot,
    NODE_COMPILE_CACHE: getCompileCacheDir(),
    UV_THREADPOOL_SIZE: '2',
    MALLOC_ARENA_MAX: '2',
    // No picture is ever unpacked to a file.
    VIPS_DISC_THRESHOLD: '4g',
  }
}

/** A picture that ends its process is a bad one of who sent it; what is on file is for the window. */
function settle({ what, answered, decoding }: Asked, otherwise: FaceCheckError): void {
  switch (decoding) {
    case 'none':
      answered.reject(otherwise)
      return
    case 'sent':
      answered.resolve(
        what === 'describe' ? { ok: false, reason: 'BAD_PICTURE' } : refused('BAD_PICTURE'),
      )
      return
    case 'on file':
      answered.resolve({ challengePassed: true, matched: false, reason: 'ON_FILE' })
      return
    default:
      decoding satisfies never
  }
}

const ENDED_AT: Readonly<Record<Decoding, string>> = {
  none: 'it ended',
  sent: 'it ended at a picture that was sent',
  'on file': 'it ended at a photo on file',
}

/**
 * Whose pictures are checked next, in front of any face check: the address with the least recent work
 * among those that wait, so that nobody's pictures delay others, however costly they are or many. An
 * application or a certificate holds one place. A full queue turns away the address with the most.
 */
import type { Timers } from '../clock.ts'
import { createRecentUse } from '../load/recent-use.ts'
import {
  QUEUE_MAX,
  QUEUE_WAIT_MS_MAX,
  SHARE_ADDRESSES_MAX,
  SHARE_FORGOTTEN_MS,
  SHARE_HALF_MS,
} from './limits.ts'
import { type Asker, type FaceCheck, FaceCheckError, type FaceOutcome } from './port.ts'

export interface FairParts {
  readonly faces: FaceCheck
  /** Checks under way at once, 1 and up; of one address half of them, rounded up. */
  readonly atOnce: number
  readonly timers: Timers
  /** How long one waits, milliseconds; another time in tests. */
  readonly waitMsMax?: number
}

interface Waiting {
  readonly asker: Asker
  readonly begin: () => void
  readonly refuse: (why: FaceCheckError) => void
}

export interface FairFaces extends FaceCheck {
  hasRoom(asker: Asker): boolean
}

/** Rejects with FaceCheckError `BUSY` whom it turns away, or who has waited too long. */
export function createFairFaces(parts: FairParts): FairFaces {
  const { faces, atOnce, timers, waitMsMax = QUEUE_WAIT_MS_MAX } = parts
  const perAddress = Math.ceil(atOnce / 2)
  /** Milliseconds that were worked for an address. */
  const worked = createRecentUse({
    halfMs: SHARE_HALF_MS,
    forgotten: SHARE_FORGOTTEN_MS,
    clientsMax: SHARE_ADDRESSES_MAX,
  })
  const subjects = new Set<string>()
  const running = new Map<string, number>()
  let waiting: readonly Waiting[] = []
  let closed = false

  const underWay = () => [...running.values()].reduce((sum, n) => sum + n, 0)
  const runningOf = (address: string) => running.get(address) ?? 0

  /** Who had least first; alike in the order in which they came. */
  function inOrder(some: readonly Waiting[]): readonly Waiting[] {
    const at = timers.monotonic()
    return some.toSorted((a, b) => worked.of(a.asker.address, at) - worked.of(b.asker.address, at))
  }

  /** Of those who wait and one more, who goes when the queue is full. */
  const hasMost = (all: readonly Waiting[]) => inOrder(all).at(-1)

  function next(): Waiting | undefined {
    const free = waiting.filter(({ asker }) => runningOf(asker.address) < perAddress)
    return inOrder(free)[0]
  }

  function leave(one: Waiting): void {
    waiting = waiting.filter(other => other !== one)
  }

  function beginNext(): void {
    while (underWay() < atOnce) {
      const one = next()
      if (one === undefined) return
      leave(one)
      running.set(one.asker.address, runningOf(one.asker.address) + 1)
      one.begin()
    }
  }

  /** Resolves when its turn has come. */
  function turnOf(asker: Asker): Promise<void> {
    return new Promise((resolve, reject) => {
      const inTime = timers.after(waitMsMax, () => one.refuse(new FaceCheckError('BUSY')))
      const one: Waiting = {
        asker,
        begin() {
          inTime()
          resolve()
        },
        refuse(why) {
          inTime()
          leave(one)
          reject(why)
        },
      }
      waiting = [...waiting, one]
      beginNext()
      if (waiting.length > QUEUE_MAX) {
        hasMost(waiting)?.refuse(new FaceCheckError('BUSY'))
      }
    })
  }

  async function inTurn(asker: Asker, look: () => Promise<FaceOutcome>): Promise<FaceOutcome> {
    await turnOf(asker)
    const from = timers.monotonic()
    try {
      return await look()
    } finally {
      worked.add(asker.address, timers.monotonic(), timers.monotonic() - from)
      const left = runningOf(asker.address) - 1
      if (left > 0) running.set(asker.address, left)
      else running.delete(asker.address)
      beginNext()
    }
  }

  return {
    warm: () => faces.warm(),
    hasRoom(asker) {
      if (subjects.has(asker.subject)) return false
      if (waiting.length < QUEUE_MAX) return true
      const one = { asker, begin() {}, refuse() {} }
      return hasMost([...waiting, one]) !== one
    },
    async check(onFile, capture, asker) {
      if (closed) throw new FaceCheckError('UNAVAILABLE')
      if (subjects.has(asker.subject)) throw new FaceCheckError('BUSY')
      subjects.add(asker.subject)
      try {
        return await inTurn(asker, () => faces.check(onFile, capture, asker))
      } finally {
        subjects.delete(asker.subject)
      }
    },
    async close() {
      closed = true
      for (const one of waiting) one.refuse(new FaceCheckError('UNAVAILABLE'))
      await faces.close()
    },
  }
}

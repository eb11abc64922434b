/**
 * The link to a board with the gate firmware: a set-up once, then checked frames both ways. Noise
 * forges none of them (hardware/firmware/protocol.md has the arithmetic). Each frame holds the whole
 * state, so the next one replaces one that was lost.
 */
import {
  createFrameJudge,
  encodeFrame,
  encodeSetUp,
  isFrame,
  orderFlags,
  pinBit,
  stateFlags,
} from '../guarded-line.ts'
import { dropped, restarted, silent } from './board-faults.ts'
import type { BoardLink } from './board-io.ts'
import { silentMsMax, type Talk, type TalkParts } from './board-talk.ts'
import type { PinMap } from './pins.ts'

/** Heartbeat: a quarter of the dead-man's time, and no slower than this. */
const beatMsMax = 50
/** Waits between heartbeats are spread from this part of the longest one to all of it. */
const beatPartMin = 0.7
const goldenRatio = (Math.sqrt(5) - 1) / 2
const askEveryMs = 100
/** A state that came once is asked for again after so long: its second frame was lost. */
const confirmMs = 5
const answerMsMax = 1000

export interface GuardedOptions {
  /** 1 to 5000. */
  readonly deadmanMs: number
  /** 0 to 2^21 - 1, another one each time. */
  readonly session: number
  /** The board's hello: heard again, it means that the board started again. */
  readonly hello: readonly number[]
}

interface Seen {
  readonly levels: number
  readonly sinceMs: number
  times: number
}

export function talkGuarded(parts: TalkParts, options: GuardedOptions): Talk {
  const { name, clock, pins } = parts
  const { deadmanMs, session, hello } = options
  const judge = createFrameJudge(session)
  const inputs = [...pins.contacts.values()].map(({ pin }) => pin).sort((a, b) => a - b)
  const beatMs = Math.min(beatMsMax, deadmanMs / 4)
  let sequence = 0
  let beats = 0
  let outputs = 0
  let changed = false
  let usable = false
  let heardMs = clock.monotonicMs()
  let seen: Seen | null = null

  const order = (flags = 0) => parts.send(encodeFrame(session, sequence++, outputs | flags))

  /** Twice, so that it acts at once also on a line that is noisy: there the board wants two. */
  async function orderTwice(flags = 0): Promise<void> {
    changed = false
    await Promise.all([order(flags), order(flags)])
  }

  /** What is written in one go leaves in one frame. */
  function write(pin: number, value: number): void {
    const next = value === 0 ? outputs & ~pinBit(pin) : outputs | pinBit(pin)
    if (next === outputs) return
    outputs = next
    if (changed) return
    changed = true
    queueMicrotask(() => {
      if (changed) void orderTwice()
    })
  }

  const link: BoardLink = {
    supports: () => true,
    begin(_modes, levels) {
      for (const [pin, level] of levels) write(pin, level)
    },
    write,
  }

  const late = parts.after(answerMsMax, () => {
    parts.fail(silent(name, 'does not answer its set-up'))
  })
  const setUp = encodeSetUp({ session, deadmanMs, ...rolesOf(pins) })
  function ask(): void {
    if (usable) return
    void parts.send(setUp)
    parts.after(askEveryMs, ask)
  }

  function beat(): void {
    if (clock.monotonicMs() - heardMs > silentMsMax) {
      parts.fail(silent(name, 'stopped answering'))
      return
    }
    void order()
    parts.after(beatMs * beatPart(beats++), beat)
  }

  function begin(): void {
    usable = true
    late()
    parts.onUsable(link)
    beat()
  }

  /** Two frames in a row must be equal: a firmware that lives sends each change twice. */
  function take(levels: number): void {
    heardMs = clock.monotonicMs()
    if (!usable) begin()
    if (seen?.levels !== levels) {
      if (seen?.times === 1) parts.onDropped('UNCONFIRMED', 1)
      const first: Seen = { levels, sinceMs: heardMs, times: 1 }
      seen = first
      parts.after(confirmMs, () => {
        if (seen === first && first.times === 1) void order()
      })
      return
    }
    seen.times += 1
    believe(levels, heardMs - seen.sinceMs)
  }

  function believe(levels: number, heldMs: number): void {
    parts.onFireLatch(pins.contacts.has('fire') && (levels & stateFlags.fireLatched) !== 0)
    for (const pin of inputs) parts.onLevel(pin, (levels & pinBit(pin)) !== 0, heldMs)
    if ((levels & stateFlags.dropped) !== 0) parts.fail(dropped(name))
  }

  ask()
  return {
    message(bytes) {
      if (isFrame(bytes)) {
        const outcome = judge.take(bytes)
        if ('fault' in outcome) parts.onDropped(outcome.fault, 1)
        else take(outcome.levels)
      } else if (usable && sameBytes(bytes, hello)) parts.fail(restarted(name))
      else if (usable) parts.onDropped('UNCHECKED', 1)
    },
    foreign: count => parts.onDropped('FOREIGN', count),
    resetFire: () => void orderTwice(orderFlags.resetFire),
    flushed: orderTwice,
  }
}

/**
 * Evenly spaced heartbeats could stay in step with noise that comes in time with the mains, each
 * 10 ms: then every one of their answers is hit. Multiples of the golden ratio repeat no distance.
 */
const beatPart = (count: number) => beatPartMin + (1 - beatPartMin) * ((count * goldenRatio) % 1)

/** What each pin is for, as the set-up says it. */
function rolesOf(pins: PinMap) {
  const fire = pins.contacts.get('fire')
  const buzzer = pins.buzzer === null ? [] : [pins.buzzer]
  const outputs = [...pins.relays.values(), ...pins.lamps.values(), ...buzzer]
  return {
    outputs: bitsOf(outputs),
    pullups: bitsOf([...pins.contacts.values()].map(({ pin }) => pin)),
    hold: pins.holdWhile,
    fire: fire === undefined ? null : { pin: fire.pin, outputs: pins.fireOutputs },
  }
}

const bitsOf = (pins: readonly number[]) => pins.reduce((bits, pin) => bits | pinBit(pin), 0)

const sameBytes = (a: readonly number[], b: readonly number[]) =>
  a.length === b.length && a.every((byte, index) => byte === b[index])

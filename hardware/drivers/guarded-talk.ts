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
import type { LineFault, Unsubscribe } from '../ports.ts'
import { dropped, restarted, silent } from './board-faults.ts'
import type { BoardLink } from './board-io.ts'
import { createPace } from './board-pace.ts'
import { silentMsMax, type Talk, type TalkParts } from './board-talk.ts'
import type { PinMap } from './pins.ts'

const askEveryMs = 100
/** A state that came once is asked for again after so long: its second frame was lost. */
const confirmMs = 5
const answerMsMax = 1000
/** From this minor version on a board waits longer for a host that asks for no relay. */
const restMinor = 2

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
  const relays = bitsOf([...pins.relays.values()])
  const pace = createPace(clock, deadmanMs, (hello[3] ?? 0) >= restMinor)
  let sequence = 0
  let outputs = 0
  let changed = false
  let usable = false
  let heardMs = clock.monotonicMs()
  let beatMs = heardMs
  let stopBeat: Unsubscribe = () => {}
  let seen: Seen | null = null

  const energised = () => (outputs & relays) !== 0

  function order(flags = 0): Promise<void> {
    const rest = energised() ? 0 : orderFlags.atRest
    return parts.send(encodeFrame(session, sequence++, outputs | rest | flags))
  }

  /** Twice, so that it acts at once also on a line that is noisy: there the board wants two. */
  async function orderTwice(flags = 0): Promise<void> {
    changed = false
    hurry()
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
    if (heardMs < beatMs) pace.hurry()
    beatMs = clock.monotonicMs()
    void order()
    beatLater()
  }

  function beatLater(): void {
    stopBeat = parts.after(pace.nextMs(energised()), beat)
  }

  /** A slow heartbeat that is waited for is replaced by a quick one. */
  function hurry(): void {
    if (!pace.hurry()) return
    stopBeat()
    beatLater()
  }

  function notTaken(fault: LineFault, count: number): void {
    hurry()
    parts.onDropped(fault, count)
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
      if (seen?.times === 1) notTaken('UNCONFIRMED', 1)
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
        if ('fault' in outcome) notTaken(outcome.fault, 1)
        else take(outcome.levels)
      } else if (usable && sameBytes(bytes, hello)) parts.fail(restarted(name))
      else if (usable) notTaken('UNCHECKED', 1)
    },
    foreign: count => notTaken('FOREIGN', count),
    resetFire: () => void orderTwice(orderFlags.resetFire),
    flushed: orderTwice,
  }
}

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

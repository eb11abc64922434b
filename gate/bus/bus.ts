/**
 * The station bus of one gate: tells siblings each fact that arises here, merges what they tell,
 * asks for what was missed, answers who asks, and says when they can't be heard. Nothing here waits
 * for the network, and no relay waits for anything here.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { StationKeeper } from '../station/keeper.ts'
import type { Memory } from '../store/memory.ts'
import type { Fact } from './facts.ts'
import {
  BUS_DOWN_MS,
  FACTS_MAX,
  FACTS_QUEUE_MAX,
  HELLO_MS,
  HELLO_PAUSE_MS,
  SILENT_MS,
} from './limits.ts'
import type { BusLink, LinkEvent } from './link.ts'
import type { Ignored, Message } from './message.ts'
import { createSiblings } from './siblings.ts'
import { createSnapshots } from './snapshots.ts'

export interface BusParts {
  readonly station: string
  readonly gate: string
  readonly link: BusLink
  readonly memory: Pick<Memory, 'onFact' | 'follow' | 'merge' | 'facts'>
  readonly manifest: Pick<StationKeeper, 'current' | 'onChanged'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  /** Unix milliseconds, whole. */
  readonly nowMs: () => number
  /** 16 hex digits, unpredictable. */
  readonly random16: () => string
  /** Siblings are out of reach, or in reach again. */
  readonly onDown: (down: boolean, detail: string) => void
  /** How many siblings are awake has changed. */
  readonly onAwake: (count: { all: number; awake: number }) => void
  /** All that `gate` had to say has come. */
  readonly onCaughtUp: (gate: string) => void
  readonly onHeard: (kind: Message['kind']) => void
  readonly onIgnored: (reason: Ignored, count: number) => void
  readonly onListening: (port: number) => void
}

export interface Bus {
  /** `down`: for `BUS_DOWN_MS` without a broker, or for `SILENT_MS` without any sibling heard. */
  state(): 'up' | 'down'
  siblings(): { all: number; awake: number }
  /** This gate's clock was set: times from before it mean nothing, all is asked for anew. */
  clockStepped(): void
  close(): Promise<void>
}

export function createBus(parts: BusParts): Bus {
  const { link, memory, timers, station, gate } = parts
  const monotonicMs = () => parts.clock.monotonicMs()
  const siblings = createSiblings()
  const watch = createReachWatch(parts, () => siblings.count(monotonicMs()))
  const waits = new Map<string, Unsubscribe>()
  const queue: Fact[] = []
  let epoch = parts.random16()
  let seq = 0
  let helloMs = Number.NEGATIVE_INFINITY

  const head = () => ({ station, gate, epoch, seq, at: parts.nowMs() })

  const snapshots = createSnapshots({
    facts: memory.facts,
    speaksFor: name => name === gate || !siblings.awake(name, monotonicMs()),
    nowMs: parts.nowMs,
    monotonicMs,
    timers,
    send: page => watch.connected() && link.send({ kind: 'snapshot', ...head(), ...page }),
  })

  /** Runs once after `delayMs`; a call while it waits changes nothing. */
  function later(name: string, delayMs: number, work: () => void): void {
    if (waits.has(name)) return
    const run = () => {
      waits.delete(name)
      work()
    }
    waits.set(name, timers.after(delayMs, run))
  }

  /** Every batch has its number, sent or not: who missed it sees the gap. */
  function flush(): void {
    while (queue.length > 0) {
      seq += 1
      link.send({ kind: 'facts', ...head(), facts: queue.splice(0, FACTS_MAX) })
    }
  }

  function hello(): void {
    later('hello', HELLO_MS, hello)
    if (!watch.connected()) return
    helloMs = monotonicMs()
    const asks = siblings.asks(helloMs, parts.random16)
    link.send({ kind: 'hello', ...head(), asks })
    askSoon()
  }

  /** What is missing is asked for soon, but not with every message that shows it. */
  function askSoon(): void {
    const nowMs = monotonicMs()
    const inMs = siblings.askInMs(nowMs)
    if (inMs === undefined || inMs > HELLO_MS || !watch.connected()) return
    const pauseMs = helloMs + HELLO_PAUSE_MS - nowMs
    waits.get('ask')?.()
    waits.delete('ask')
    later('ask', Math.max(inMs, pauseMs, 0), hello)
  }

  function take(message: Message): void {
    if (message.gate === gate) return
    parts.onHeard(message.kind)
    const nowMs = monotonicMs()
    const heard =
      message.kind === 'snapshot' ? siblings.page(message, nowMs) : siblings.hear(message, nowMs)
    if (heard === 'REPLAYED' || heard === 'UNASKED') {
      parts.onIgnored(heard, 1)
      return
    }
    watch.look()
    if (message.kind === 'hello') {
      const ask = message.asks.find(one => one.gate === gate)
      if (ask !== undefined) snapshots.answer(message.gate, ask)
    } else for (const fact of message.facts) merge(fact, message)
    if (heard === 'whole') parts.onCaughtUp(message.gate)
    askSoon()
  }

  /** Outside a snapshot a gate speaks for itself alone. */
  function merge(fact: Fact, { gate: from, kind }: Message): void {
    const own = kind === 'snapshot' || fact.gate === from
    const result = own ? memory.merge(fact, from, parts.nowMs()) : 'not its own'
    const reason = REASONS.get(result)
    if (reason !== undefined) parts.onIgnored(reason, 1)
  }

  function on(event: LinkEvent): void {
    if (event.type === 'message') take(event.message)
    else if (event.type === 'ignored') parts.onIgnored(event.reason, event.count)
    else if (event.type === 'listening') parts.onListening(event.port)
    else {
      watch.link(event.up, event.detail)
      if (!event.up) return
      siblings.missed(false)
      hello()
    }
  }

  function follow(): void {
    const gates = parts.manifest.current()?.manifest.gates ?? []
    const names = gates.map(one => one.name).filter(name => name !== gate)
    siblings.follow(names)
    memory.follow(names)
    link.setKeys(gates)
    watch.look()
    askSoon()
  }

  memory.onFact(fact => {
    queue.push(fact)
    if (queue.length > FACTS_QUEUE_MAX) {
      queue.shift()
      seq += 1
    }
    later('flush', 0, flush)
  })
  link.onEvent(on)
  const unfollow = parts.manifest.onChanged(follow)
  follow()
  later('hello', HELLO_MS, hello)

  return {
    state: watch.state,
    siblings: () => siblings.count(monotonicMs()),
    clockStepped() {
      epoch = parts.random16()
      seq = 0
      siblings.missed(true)
      later('ask', 0, hello)
    },
    async close() {
      unfollow()
      flush()
      for (const cancel of waits.values()) cancel()
      snapshots.close()
      watch.close()
      await link.close()
    },
  }
}

/** Why a fact is not taken; what was known already is no reason to tell. */
const REASONS: ReadonlyMap<string, Ignored> = new Map([
  ['not its own', 'MALFORMED'],
  ['old', 'OLD'],
  ['ahead', 'AHEAD'],
])

/** Whether siblings can be heard, and since when not. */
function createReachWatch(
  { timers, clock, onDown, onAwake }: Pick<BusParts, 'timers' | 'clock' | 'onDown' | 'onAwake'>,
  count: () => { all: number; awake: number },
) {
  let connected = false
  let detail = 'no broker yet'
  let sinceMs = clock.monotonicMs()
  let down = false
  let awakeBefore = 0
  let cancel: Unsubscribe = () => {}

  function look(): void {
    cancel()
    const { all, awake } = count()
    if (awake !== awakeBefore) onAwake({ all, awake })
    awakeBefore = awake
    const alone = connected && all > 0 && awake === 0
    if (connected && !alone) {
      say(false, '')
      return
    }
    const dueMs = sinceMs + (connected ? SILENT_MS : BUS_DOWN_MS)
    const leftMs = dueMs - clock.monotonicMs()
    if (leftMs > 0) cancel = timers.after(leftMs, look)
    else say(true, connected ? 'no sibling is heard' : detail)
  }

  function say(next: boolean, why: string): void {
    if (next !== down) onDown(next, why)
    down = next
    // Silence is seen by looking again.
    cancel = timers.after(SILENT_MS, look)
  }

  look()
  return {
    look,
    connected: () => connected,
    state: (): 'up' | 'down' => (down ? 'down' : 'up'),
    link(up: boolean, why: string): void {
      if (up !== connected) sinceMs = clock.monotonicMs()
      connected = up
      detail = why
      look()
    },
    close: () => cancel(),
  }
}

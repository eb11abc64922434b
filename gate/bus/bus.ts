/**
 * The station bus of one gate: tells siblings each fact that arises here, merges what they tell,
 * asks for what was missed, answers who asks, and says when they can't be heard. Nothing here waits
 * for the network, and no relay waits for anything here.
 */
import type { Clock, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { Fact } from '../memory/facts.ts'
import type { Memory } from '../memory/memory.ts'
import type { StationKeeper } from '../station/keeper.ts'
import { createDoubles } from './doubles.ts'
import { createEchoes } from './echoes.ts'
import { FACTS_MAX, FACTS_QUEUE_MAX, HELLO_MS, HELLO_PAUSE_MS } from './limits.ts'
import type { BusLink, LinkEvent } from './link.ts'
import type { Ignored, Message } from './message.ts'
import { createReach } from './reach.ts'
import { createSiblings } from './siblings.ts'
import { createSnapshots } from './snapshots.ts'

export interface BusParts {
  readonly station: string
  readonly gate: string
  readonly link: BusLink
  readonly memory: Pick<Memory, 'onFact' | 'follow' | 'merge' | 'facts' | 'own'>
  readonly manifest: Pick<StationKeeper, 'current' | 'onChanged'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
  /** Unix milliseconds, whole. */
  readonly nowMs: () => number
  /** 16 hex digits, unpredictable. */
  readonly random16: () => string
  /** Siblings are out of reach, or in reach again. */
  readonly onDown: (down: boolean, detail: string) => void
  /** A code was admitted here and by a sibling, or several were. */
  readonly onTwice: (detail: string) => void
  /** Whether the broker lets strangers in. */
  readonly onOpen: (open: boolean) => void
  /** How many siblings are awake has changed. */
  readonly onAwake: (count: { all: number; awake: number }) => void
  /** All that `gate` had to say has come. */
  readonly onCaughtUp: (gate: string) => void
  readonly onHeard: (kind: Message['kind']) => void
  readonly onIgnored: (reason: Ignored, count: number) => void
  readonly onListening: (port: number) => void
}

export interface Bus {
  /** `down`: this gate can't be sure now of what its siblings have seen (`reach.ts`). */
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
  const { clock, onDown, onAwake } = parts
  const count = () => siblings.count(monotonicMs())
  const known = () => (parts.manifest.current() === undefined ? undefined : siblings.reached())
  const reach = createReach({ clock, timers, siblings: known, count, onDown, onAwake })
  const doubles = createDoubles({ clock, timers, own: memory.own, tell: parts.onTwice })
  const echoes = createEchoes()
  const waits = new Map<string, Unsubscribe>()
  const queue: Fact[] = []
  let epoch = parts.random16()
  let seq = 0
  let helloMs = Number.NEGATIVE_INFINITY
  /** Unix: what a snapshot tells of the time before is no news that came late. */
  let startedMs = parts.nowMs()

  const head = () => ({ station, gate, epoch, seq, at: parts.nowMs() })

  const snapshots = createSnapshots({
    facts: memory.facts,
    speaksFor: name => name === gate || !siblings.awake(name, monotonicMs()),
    head,
    monotonicMs,
    timers,
    send: page => reach.connected() && link.send({ kind: 'snapshot', station, gate, ...page }),
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

  function drop(name: string): void {
    waits.get(name)?.()
    waits.delete(name)
  }

  /** Every batch has its number, sent or not: who missed it sees the gap. */
  function flush(): void {
    while (queue.length > 0) {
      seq += 1
      link.send({ kind: 'facts', ...head(), facts: queue.splice(0, FACTS_MAX) })
    }
  }

  /** One at a time: of two with the same time the second would count as a replay. */
  function hello(): void {
    drop('hello')
    drop('ask')
    later('hello', HELLO_MS, hello)
    if (!reach.connected()) return
    helloMs = monotonicMs()
    const asks = siblings.asks(helloMs, parts.random16)
    const said = { kind: 'hello', ...head(), asks } as const
    if (link.send(said)) echoes.sent(said, helloMs)
    askSoon()
  }

  /** What is missing is asked for soon, but not with every message that shows it. */
  function askSoon(): void {
    const nowMs = monotonicMs()
    const inMs = siblings.askInMs(nowMs)
    if (inMs === undefined || inMs > HELLO_MS || !reach.connected()) return
    const pauseMs = helloMs + HELLO_PAUSE_MS - nowMs
    drop('ask')
    later('ask', Math.max(inMs, pauseMs, 0), hello)
  }

  function take(message: Message): void {
    const nowMs = monotonicMs()
    if (message.gate === gate) {
      own(message, nowMs)
      return
    }
    parts.onHeard(message.kind)
    const heard =
      message.kind === 'snapshot'
        ? siblings.page(message, nowMs, parts.nowMs())
        : siblings.hear(message, nowMs, parts.nowMs())
    if (heard === 'REPLAYED' || heard === 'UNASKED' || heard === 'OLD' || heard === 'AHEAD') {
      parts.onIgnored(heard, 1)
      return
    }
    if (message.kind !== 'snapshot') reach.lag(message.gate, parts.nowMs() - message.at)
    reach.look()
    if (message.kind === 'hello') {
      const ask = message.asks.find(one => one.gate === gate)
      if (ask !== undefined) snapshots.answer(message.gate, ask)
    } else for (const fact of message.facts) merge(fact, message)
    if (heard === 'whole') parts.onCaughtUp(message.gate)
    askSoon()
  }

  /** Its own word that comes back proves that the broker delivers, and how fast. */
  function own(message: Message, nowMs: number): void {
    const sentMs = echoes.heard(message)
    if (sentMs === undefined) return
    reach.echo(sentMs)
    reach.lag('this gate', nowMs - sentMs)
  }

  /** Outside a snapshot a gate speaks for itself alone. */
  function merge(fact: Fact, { gate: from, kind }: Message): void {
    const own = kind === 'snapshot' || fact.gate === from
    const result = own ? memory.merge(fact, from, parts.nowMs()) : 'not its own'
    if (result === 'merged' || result === 'known') doubles.look(fact, parts.nowMs())
    const news = result === 'merged' && fact.at > startedMs
    if (news) reach.lag(fact.gate, parts.nowMs() - fact.at)
    const reason = REASONS.get(result)
    if (reason !== undefined) parts.onIgnored(reason, 1)
  }

  function on(event: LinkEvent): void {
    if (event.type === 'message') take(event.message)
    else if (event.type === 'ignored') parts.onIgnored(event.reason, event.count)
    else if (event.type === 'listening') parts.onListening(event.port)
    else if (event.type === 'open') parts.onOpen(event.open)
    else {
      reach.link(event.up, event.detail)
      if (!event.up) return
      siblings.missed(false, monotonicMs())
      hello()
    }
  }

  function follow(): void {
    const gates = parts.manifest.current()?.manifest.gates ?? []
    const names = gates.map(one => one.name).filter(name => name !== gate)
    siblings.follow(names, monotonicMs())
    memory.follow(names)
    link.setKeys(gates)
    reach.look()
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
    state: reach.state,
    siblings: count,
    clockStepped() {
      epoch = parts.random16()
      seq = 0
      startedMs = parts.nowMs()
      echoes.forget()
      siblings.missed(true, monotonicMs())
      later('ask', 0, hello)
    },
    async close() {
      unfollow()
      flush()
      for (const cancel of waits.values()) cancel()
      snapshots.close()
      reach.close()
      doubles.close()
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

/**
 * Gates of one station on a wire in virtual time: the production bus and memory, with a wire in the
 * place of broker and thread. Tests lose messages on it, cut it, and send what no gate would.
 */

import { createVirtualTime, type VirtualTime } from '../../../fixtures/clock.ts'
import { type Bus, createBus } from '../../bus/bus.ts'
import type { LinkEvent } from '../../bus/link.ts'
import { type Message, messageSchema } from '../../bus/message.ts'
import type { AlarmCode } from '../../contract/codes.ts'
import type { AlarmBody, GrantBody } from '../../contract/events.ts'
import { createMemory, type Memory } from '../../memory/memory.ts'
import { grantTo, passOn } from '../memory-rows.ts'

export interface AlarmRow extends AlarmBody {
  readonly code: AlarmCode
  readonly atMs: number
}

export interface WireGate {
  readonly name: string
  readonly memory: Memory
  readonly bus: Bus
  /** Everything it said of itself: `down no broker`, `up`, `ignored REPLAYED 1`. */
  readonly told: string[]
  /** Its alarms, as they stand in its journal. */
  readonly rows: AlarmRow[]
  /** Unix milliseconds by its own clock. */
  nowMs(): number
  /** Its broker is there, or not. */
  connect(up: boolean): void
  /** As if `message` had come, verified. */
  hear(message: Message): void
}

export interface Wire {
  readonly time: VirtualTime
  /** Every message so far, also lost ones. */
  readonly sent: Message[]
  /** Loses what it returns true for. */
  lose: (message: Message, to: string) => boolean
  /** Milliseconds on top of the wire's own. */
  delay: (message: Message, to: string) => number
  /** A gate with an empty memory, or this one; connected unless told otherwise. */
  join(
    name: string,
    options?: { memory?: Memory; up?: boolean; aheadMs?: number; manifest?: false },
  ): WireGate
  leave(gate: WireGate): Promise<void>
  /** Whether its broker is there. */
  connected(name: string): boolean
}

const LATENCY_MS = 2

/** `names`: the gates of the station manifest. */
export function createWire(time: VirtualTime, names: readonly string[]): Wire {
  const links = new Map<string, (event: LinkEvent) => void>()
  const sent: Message[] = []
  let count = 0
  const random16 = () => (++count).toString(16).padStart(16, '0')
  const gates = names.map(name => ({ name, key: new Uint8Array(32) }))
  const manifest = { version: 1, trustVersion: 1, iat: 0, exp: 1, station: 'north', gates }

  const wire: Wire = {
    time,
    sent,
    lose: () => false,
    delay: () => 0,
    join(
      name,
      { memory = createMemory({ presentations: [], visits: [] }, name), ...options } = {},
    ) {
      const told: string[] = []
      const rows: AlarmRow[] = []
      const alarm = (code: AlarmCode, on: boolean, detail: string) =>
        void rows.push({ code, on, detail, atMs: time.clock.nowMs() })
      const nowMs = () => time.clock.nowMs() + (options.aheadMs ?? 0)
      let listener: (event: LinkEvent) => void = () => {}
      let up = false
      const state = (next: boolean) => {
        up = next
        if (up) links.set(name, listener)
        else links.delete(name)
        listener({ type: 'state', up, detail: up ? '' : 'no broker' })
      }
      const bus = createBus({
        station: 'north',
        gate: name,
        memory,
        link: {
          setKeys: () => {},
          send(message) {
            sent.push(message)
            if (up) deliver(messageSchema.parse(message))
            return true
          },
          onEvent(next) {
            listener = next
          },
          close: async () => void links.delete(name),
        },
        manifest: {
          current: () => (options.manifest === false ? undefined : { manifest, ageMs: 0 }),
          onChanged: () => () => {},
        },
        clock: time.clock,
        timers: time.timers,
        nowMs,
        random16,
        onDown(down, detail) {
          told.push(down ? `down ${detail.split(';')[0]}` : 'up')
          alarm('BUS_DOWN', down, detail)
        },
        onTwice: detail => alarm('ADMITTED_TWICE', true, detail),
        onOpen: open => alarm('BUS_OPEN', open, ''),
        onAwake: () => {},
        onCaughtUp: () => {},
        onHeard: () => {},
        onIgnored: (reason, times) => told.push(`ignored ${reason} ${times}`),
        onListening: () => {},
      })
      const hear = (message: Message) => listener({ type: 'message', message })
      if (options.up !== false) state(true)
      return { name, memory, bus, told, rows, nowMs, connect: state, hear }
    },
    connected: name => links.has(name),
    async leave(gate) {
      gate.connect(false)
      await gate.bus.close()
    },
  }

  function deliver(message: Message): void {
    for (const to of links.keys()) {
      const own = to === message.gate
      if (message.kind === 'snapshot' ? message.to !== to : own && message.kind !== 'hello')
        continue
      if (wire.lose(message, to)) continue
      const delayMs = LATENCY_MS + wire.delay(message, to)
      time.timers.after(delayMs, () => links.get(to)?.({ type: 'message', message }))
    }
  }

  return wire
}

/** A certificate's name: number n as 32 digits. */
export const ctiOf = (n: number): string => n.toString(16).padStart(32, '0')

export function grantOf(n: number, over: Partial<GrantBody> = {}): GrantBody {
  return {
    code: 'ADMIT',
    direction: 'entry',
    area: 'main',
    cti: ctiOf(n),
    presentedAt: 1000 + n,
    source: 'A.scanner',
    flags: [],
    trace: [],
    ...over,
  }
}

/** Virtual time, a wire, and what a test asks of the gates on it. */
export function station(...names: string[]) {
  const time = createVirtualTime()
  const wire = createWire(time, names)
  const now = () => time.clock.nowMs()
  const use = (gate: WireGate, n: number, direction: 'entry' | 'exit' = 'entry') => {
    grantTo(gate.memory, grantOf(n, { direction }), 'A', now())
    passOn(gate.memory, grantOf(n, { direction }), now() + 1)
  }
  const knows = (gate: WireGate, n: number) =>
    gate.memory.presentation(ctiOf(n), 1000 + n)?.outcome === 'passed'
  return { time, wire, now, use, knows }
}

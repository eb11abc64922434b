/**
 * The bus of a simulated station: a wire in the place of each gate's thread, MQTT client and broker.
 * Messages are signed, bounded and verified by the production's code, and go where its access rules
 * let them go. Signing and verifying take no virtual time: what they give is taken up by a timer, so
 * that how fast the machine is orders nothing.
 */
import { createPublicKey, type KeyObject } from 'node:crypto'
import type { VirtualTime } from '../../fixtures/clock.ts'
import type { RequestLine } from '../../fixtures/request-line.ts'
import { mayHear, maySay } from '../../gate/bus/access.ts'
import type { BusLink, LinkEvent, SiblingKey } from '../../gate/bus/link.ts'
import {
  gateOfTopic,
  type Ignored,
  type Message,
  openMessage,
  signMessage,
  topicOf,
  topicsFor,
} from '../../gate/bus/message.ts'
import type { OpenBusLink } from '../../gate/bus/open.ts'
import { createSenderLimit } from '../../gate/bus/sender-limit.ts'
import { type BusFault, type BusTrouble, createBusTrouble } from './bus-faults.ts'

/** A message on its way, signed; the same for all who hear it. */
export interface Sent {
  readonly topic: string
  readonly message: Message
  readonly signed: Promise<string>
}

export interface BusWire {
  /** Of one life of a gate, which `isCut` ends. */
  openLink(isCut: () => boolean): OpenBusLink
  begin(fault: BusFault, gate: string): void
  end(fault: BusFault, gate: string): void
  /** As if a broker had it of anybody at all: nobody asks who says it. */
  inject(message: Message, key: KeyObject): void
  /** Once more, as it was recorded. */
  repeat(sent: Sent): void
  /** What the gates said last, the newest last. */
  readonly recorded: readonly Sent[]
}

export interface BusWireParts {
  readonly station: string
  readonly time: VirtualTime
  readonly line: Pick<RequestLine, 'elsewhere'>
  /** In [0, 1): what faults draw. */
  readonly random: () => number
}

interface Link {
  readonly gate: string
  readonly isCut: () => boolean
  readonly limit: ReturnType<typeof createSenderLimit>
  readonly tell: (event: LinkEvent) => void
  keys: ReadonlyMap<string, KeyObject>
  topics: ReadonlySet<string>
  isUp: boolean
}

const CONNECT_MS = 500
const RECORDED_MAX = 200

export function createBusWire({ station, time, line, random }: BusWireParts): BusWire {
  const links = new Map<string, Link>()
  const trouble: BusTrouble = createBusTrouble(random)
  const recorded: Sent[] = []
  /** Of each message, by the key that it is verified with: once for all who have the same. */
  const opened = new WeakMap<Sent, Map<string, Promise<Message | Ignored>>>()

  const lives = (link: Link): boolean => links.get(link.gate) === link && !link.isCut()

  function connect(link: Link): void {
    time.timers.after(CONNECT_MS, () => {
      if (lives(link) && !link.isUp && trouble.isConnected(link.gate)) turn(link, true)
    })
  }

  function turn(link: Link, up: boolean): void {
    link.isUp = up
    if (lives(link)) link.tell({ type: 'state', up, detail: up ? '' : 'the broker is away' })
  }

  function look(): void {
    for (const link of links.values()) {
      const may = trouble.isConnected(link.gate)
      if (link.isUp && !may) turn(link, false)
      else if (!link.isUp && may) connect(link)
    }
  }

  function carry(sent: Sent): void {
    const from = gateOfTopic(sent.topic, station) ?? ''
    for (const link of links.values()) {
      if (!link.topics.has(sent.topic)) continue
      for (const afterMs of trouble.copies(from, link.gate)) {
        time.timers.after(afterMs, () => arrive(link, sent))
      }
    }
  }

  function arrive(link: Link, sent: Sent): void {
    if (!lives(link) || !link.isUp) return
    const refused = link.limit(sent.topic)
    if (refused !== undefined) {
      link.tell({ type: 'ignored', reason: refused, count: 1 })
      return
    }
    let result: Message | Ignored | undefined
    void line.elsewhere(
      openedBy(link, sent).then(found => {
        result = found
      }),
    )
    time.timers.after(0, () => {
      if (!lives(link)) return
      if (result === undefined) throw new Error('time went on while a message was verified')
      if (typeof result === 'string') link.tell({ type: 'ignored', reason: result, count: 1 })
      else link.tell({ type: 'message', message: result })
    })
  }

  function openedBy({ keys }: Link, sent: Sent): Promise<Message | Ignored> {
    const key = keys.get(gateOfTopic(sent.topic, station) ?? '')
    const name = String(key?.export({ format: 'jwk' }).x)
    const found = opened.get(sent) ?? new Map<string, Promise<Message | Ignored>>()
    opened.set(sent, found)
    const open = async () =>
      openMessage(sent.topic, new TextEncoder().encode(await sent.signed), station, () => key)
    const answer = found.get(name) ?? open()
    found.set(name, answer)
    return answer
  }

  function signedBy(message: Message, key: KeyObject): Sent {
    return { topic: topicOf(message), message, signed: line.elsewhere(signMessage(message, key)) }
  }

  function linkOf(gate: string, isCut: () => boolean, privateKey: KeyObject): BusLink {
    let listener: Link['tell'] = () => {}
    const link: Link = {
      ...{ gate, isCut, limit: createSenderLimit(time.clock.monotonicMs) },
      tell: event => listener(event),
      ...{ keys: new Map(), topics: new Set(), isUp: false },
    }
    // A broker has one connection of a gate: the newest.
    links.set(gate, link)
    connect(link)
    return {
      setKeys(keys) {
        link.keys = keysOf(keys)
        const topics = topicsFor(station, gate, link.keys.keys())
        link.topics = new Set(
          topics.filter(topic => mayHear(station, gate, topic, name => link.keys.get(name))),
        )
      },
      send(message) {
        if (!lives(link) || !link.isUp) return true
        const sent = signedBy(message, privateKey)
        if (!maySay(station, gate, sent.topic)) return true
        recorded.push(sent)
        if (recorded.length > RECORDED_MAX) recorded.shift()
        carry(sent)
        return true
      },
      onEvent(told) {
        listener = told
      },
      async close() {
        if (links.get(gate) === link) links.delete(gate)
      },
    }
  }

  return {
    openLink:
      isCut =>
      ({ gate, privateKey }) =>
        linkOf(gate, isCut, privateKey),
    begin(fault, gate) {
      trouble.begin(fault, gate)
      look()
    },
    end(fault, gate) {
      trouble.end(fault, gate)
      look()
    },
    inject: (message, key) => carry(signedBy(message, key)),
    repeat: carry,
    recorded,
  }
}

function keysOf(siblings: readonly SiblingKey[]): ReadonlyMap<string, KeyObject> {
  return new Map(
    siblings.map(({ name, key }) => {
      const jwk = { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(key).toString('base64url') }
      return [name, createPublicKey({ key: jwk, format: 'jwk' })]
    }),
  )
}

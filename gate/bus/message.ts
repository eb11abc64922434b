/**
 * A message of the station bus: a JWS (RFC 7515, Ed25519 by RFC 8037) of the gate's own key over
 * who says it, where, and which number it has. A sibling's key comes from the signed station
 * manifest alone; the broker that carries a message is believed in nothing.
 */
import type { KeyObject } from 'node:crypto'
import { CompactSign, type CryptoKey, compactVerify } from 'jose'
import { z } from 'zod'
import { factSchema, nameSchema } from '../memory/facts.ts'
import { FACTS_MAX, MESSAGE_BYTES_MAX, SNAPSHOT_PAGES_MAX } from './limits.ts'

/** 16 hex digits: one life of a gate's numbering, or one question. */
const random16 = z.string().regex(/^[0-9a-f]{16}$/)

const head = {
  station: nameSchema,
  gate: nameSchema,
  epoch: random16,
  /** The last number that a `facts` message has had; from 1, 0 before the first. */
  seq: z.int().min(0),
  /** Unix milliseconds by the sender's clock. */
  at: z.int().min(0),
}

/** What happened. Each has the next `seq`. */
const factsSchema = z.strictObject({
  kind: z.literal('facts'),
  ...head,
  facts: z.array(factSchema).min(1).max(FACTS_MAX),
})

/** "I am here", and what is wanted of whom: all that happened since. */
const helloSchema = z.strictObject({
  kind: z.literal('hello'),
  ...head,
  asks: z
    .array(z.strictObject({ gate: nameSchema, sinceMs: z.int().min(0), nonce: random16 }))
    .max(256),
})

/** A page of an answer to `nonce`: what matters most comes first. */
const snapshotSchema = z.strictObject({
  kind: z.literal('snapshot'),
  ...head,
  to: nameSchema,
  nonce: random16,
  page: z
    .int()
    .min(0)
    .max(SNAPSHOT_PAGES_MAX - 1),
  last: z.boolean(),
  facts: z.array(factSchema).max(FACTS_MAX),
})

export const messageSchema = z.discriminatedUnion('kind', [
  factsSchema,
  helloSchema,
  snapshotSchema,
])
export type Message = z.infer<typeof messageSchema>
export type FactsMessage = z.infer<typeof factsSchema>
export type Hello = z.infer<typeof helloSchema>
export type SnapshotPage = z.infer<typeof snapshotSchema>

/** Why a message was not taken. */
export const IGNORED = [
  /** Larger than a message may be. */
  'OVERSIZE',
  /** Not a topic of this station's bus. */
  'WRONG_TOPIC',
  /** The topic's gate is not in the station manifest. */
  'UNKNOWN_GATE',
  /** Not signed with the key that the manifest has for the topic's gate. */
  'BAD_SIGNATURE',
  /** Signed, but not a message of this version, gate, station or topic. */
  'MALFORMED',
  /** More than one gate may say. */
  'FLOOD',
  /** Heard before. */
  'REPLAYED',
  /** A snapshot that was not asked for. */
  'UNASKED',
  /** A fact older than memory reaches, or ahead of our clock. */
  'OLD',
  'AHEAD',
] as const
export type Ignored = (typeof IGNORED)[number]

const TYPE = 'wicketgate-bus+jws'
const PREFIX = 'wicketgate'

/** Where a message goes: `wicketgate/STATION/GATE/facts|hello|snapshot/ASKER`. */
export function topicOf(message: Message): string {
  const { station, gate, kind } = message
  const path = `${PREFIX}/${station}/${gate}/${kind}`
  return message.kind === 'snapshot' ? `${path}/${message.to}` : path
}

/**
 * What a gate listens to: the facts and hellos of `siblings` and their snapshots for it, by name, so
 * that what others publish never reaches it; and its own hellos, which prove that the broker delivers.
 */
export function topicsFor(station: string, gate: string, siblings: Iterable<string>): string[] {
  const kinds = ['facts', 'hello', `snapshot/${gate}`]
  const others = [...siblings].filter(name => name !== gate)
  const theirs = others.flatMap(name => kinds.map(kind => `${PREFIX}/${station}/${name}/${kind}`))
  return [`${PREFIX}/${station}/${gate}/hello`, ...theirs]
}

/** The gate that a topic of this station belongs to; undefined for any other topic. */
export function gateOfTopic(topic: string, station: string): string | undefined {
  const [prefix, place, gate, kind, to, more] = topic.split('/', 6)
  if (prefix !== PREFIX || place !== station || gate === undefined || more !== undefined) {
    return undefined
  }
  const known = kind === 'snapshot' ? to !== undefined : to === undefined && isOpenKind(kind)
  return known ? gate : undefined
}

const isOpenKind = (kind: string | undefined): boolean => kind === 'facts' || kind === 'hello'

export function signMessage(message: Message, key: KeyObject): Promise<string> {
  return new CompactSign(new TextEncoder().encode(JSON.stringify(message)))
    .setProtectedHeader({ alg: 'EdDSA', typ: TYPE })
    .sign(key)
}

/**
 * A message as it came, judged whole. Never rejects. `keyOf` is undefined for a gate that the
 * station manifest does not name.
 */
export async function openMessage(
  topic: string,
  payload: Uint8Array,
  station: string,
  keyOf: (gate: string) => KeyObject | CryptoKey | undefined,
): Promise<Message | Ignored> {
  if (payload.length > MESSAGE_BYTES_MAX) return 'OVERSIZE'
  const gate = gateOfTopic(topic, station)
  if (gate === undefined) return 'WRONG_TOPIC'
  const key = keyOf(gate)
  if (key === undefined) return 'UNKNOWN_GATE'
  const text = await verified(payload, key)
  if (text === undefined) return 'BAD_SIGNATURE'
  const message = parsed(text)
  return message !== undefined && topicOf(message) === topic ? message : 'MALFORMED'
}

async function verified(payload: Uint8Array, key: KeyObject | CryptoKey) {
  try {
    const options = { algorithms: ['EdDSA'] }
    const { payload: signed, protectedHeader } = await compactVerify(payload, key, options)
    return protectedHeader.typ === TYPE ? new TextDecoder().decode(signed) : undefined
  } catch {
    return undefined
  }
}

function parsed(text: string): Message | undefined {
  try {
    return messageSchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

import { generateKeyPairSync } from 'node:crypto'
import t from 'tap'
import type { Use } from '../memory/facts.ts'
import { FACTS_MAX, MESSAGE_BYTES_MAX, SNAPSHOT_PAGES_MAX } from './limits.ts'
import {
  type FactsMessage,
  gateOfTopic,
  type Hello,
  type Message,
  messageSchema,
  openMessage,
  type SnapshotPage,
  signMessage,
  topicOf,
  topicsFor,
} from './message.ts'

const LONGEST = 'n'.repeat(32)
const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const fact: Use = {
  ...{ kind: 'use', gate: LONGEST, lane: LONGEST, cti: 'c'.repeat(32), area: LONGEST },
  ...{ presentedAt: -4_294_967_295, direction: 'entry', outcome: 'interrupted' },
  ...{ at: Number.MAX_SAFE_INTEGER, grants: 1000 },
}
const head = {
  ...{ station: LONGEST, gate: LONGEST, epoch: 'e'.repeat(16) },
  ...{ seq: Number.MAX_SAFE_INTEGER, at: Number.MAX_SAFE_INTEGER },
}
const facts: FactsMessage = { kind: 'facts', ...head, facts: Array(FACTS_MAX).fill(fact) }
const ask = { gate: LONGEST, sinceMs: Number.MAX_SAFE_INTEGER, nonce: 'a'.repeat(16) }
const hello: Hello = { kind: 'hello', ...head, asks: Array(256).fill(ask) }
const page: SnapshotPage = {
  ...{ kind: 'snapshot', ...head, to: LONGEST, nonce: 'a'.repeat(16) },
  ...{ page: SNAPSHOT_PAGES_MAX - 1, last: false, facts: facts.facts },
}

t.test('the longest of each kind fits a message and is read as it was said', async t => {
  for (const message of [facts, hello, page] satisfies Message[]) {
    const text = await signMessage(message, privateKey)
    t.ok(text.length <= MESSAGE_BYTES_MAX, `${message.kind}: ${text.length} bytes`)
    const opened = await openMessage(topicOf(message), Buffer.from(text), LONGEST, () => publicKey)
    t.same(opened, message)
  }
})

t.test('one over, and other shapes, are no message', t => {
  const wrong: [string, object][] = [
    ['facts', { ...facts, facts: [...facts.facts, fact] }],
    ['no fact', { ...facts, facts: [] }],
    ['asks', { ...hello, asks: [...hello.asks, ask] }],
    ['pages', { ...page, page: SNAPSHOT_PAGES_MAX }],
    ['a long name', { ...facts, gate: `${LONGEST}n` }],
    ['a name of a path', { ...facts, gate: 'a/b' }],
    ['another epoch', { ...facts, epoch: 'E'.repeat(16) }],
    ['grants', { ...facts, facts: [{ ...fact, grants: 1001 }] }],
    ['a lane of a path', { ...facts, facts: [{ ...fact, lane: 'g/A' }] }],
    ['a negative time', { ...facts, facts: [{ ...fact, at: -1 }] }],
    ['more', { ...facts, facts: [{ ...fact, text: 'x' }] }],
  ]
  for (const [what, message] of wrong) t.notOk(messageSchema.safeParse(message).success, what)
  t.end()
})

t.test('topics of this station and no other', t => {
  t.same(topicsFor('north', 'g1', ['g1', 'g2']), [
    'wicketgate/north/g1/hello',
    'wicketgate/north/g2/facts',
    'wicketgate/north/g2/hello',
    'wicketgate/north/g2/snapshot/g1',
  ])
  const topics: [string, string | undefined][] = [
    ['wicketgate/north/g2/facts', 'g2'],
    ['wicketgate/north/g2/hello', 'g2'],
    ['wicketgate/north/g2/snapshot/g1', 'g2'],
    ['wicketgate/north/g2/snapshot', undefined],
    ['wicketgate/north/g2/facts/g1', undefined],
    ['wicketgate/north/g2/snapshot/g1/x', undefined],
    ['wicketgate/south/g2/facts', undefined],
    ['other/north/g2/facts', undefined],
    ['wicketgate/north/g2', undefined],
    ['', undefined],
  ]
  for (const [topic, gate] of topics) t.equal(gateOfTopic(topic, 'north'), gate, topic)
  t.end()
})

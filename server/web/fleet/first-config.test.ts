import t from 'tap'
import { gateConfigSchema, remoteConfigSchema } from '../../../gate/contract/config.ts'
import { firstConfig } from './first-config.ts'

/** What is set on the gate itself, beside it. */
const wholeOf = (given: object) => ({
  ...given,
  ...{ gate: 'north-1', station: 'north', data: 'data' },
  service: { url: 'http://127.0.0.1:8080' },
  trust: { factory: 'trust-1.cbor' },
})
const EIGHT = ['A', 'B', 'C', 'D', 'wide-1', 'wide-2', 'x.y', '8']

t.test('the service takes it as it is, and so does a gate', async t => {
  for (const lanes of [[], ['A'], EIGHT]) {
    const config = firstConfig(lanes) as object
    t.match(remoteConfigSchema.safeParse(config), { success: true }, `${lanes}`)
    t.match(gateConfigSchema.safeParse(wholeOf(config)), { success: true }, `${lanes}`)
  }
})

t.test('lanes as the gate reports them, each with ports of its own', async t => {
  const { lanes } = remoteConfigSchema.parse(firstConfig(EIGHT))
  t.same(
    lanes.map(({ name }) => name),
    EIGHT,
  )
  const ports = lanes.flatMap(({ board, scanner }) => [board.port, scanner?.port])
  t.equal(new Set(ports).size, 2 * EIGHT.length)
  t.match(firstConfig([]), { lanes: [{ name: 'A' }] })
})

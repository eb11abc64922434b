import { readFileSync } from 'node:fs'
import t from 'tap'
import { renderedPart } from '../../fixtures/rendered-page.ts'
import { renderSchema } from '../../fixtures/schema-table.ts'
import { gateConfigSchema, gateJsonSchema, LOCAL_KEYS, remoteConfigSchema } from './config.ts'
import { explainIssues } from './explain.ts'

const published = new URL('../config.schema.json', import.meta.url)

t.test('the published schema is that of the code', async t => {
  const made = `${JSON.stringify(gateJsonSchema(), null, 2)}\n`
  const how = 'npm run --silent gate -- --schema > gate/config.schema.json'
  t.ok(readFileSync(published, 'utf8') === made, how)
})

t.test('config.md has every key (UPDATE=1 writes them anew) and names the local ones', async t => {
  const page = new URL('../config.md', import.meta.url)
  const keys = renderSchema(gateJsonSchema())
  t.equal(renderedPart(page, 'keys', keys), keys)
  const door = readFileSync(page, 'utf8')
    .split('\n')
    .find(line => line.startsWith('| service |'))
  const set = LOCAL_KEYS.map(path => path.join('.')).filter(key => key !== '$schema')
  for (const key of set) t.ok(door?.includes(`\`${key}\``), key)
})

interface Node {
  readonly description?: string
  readonly properties?: Readonly<Record<string, Node>>
  readonly items?: Node
  readonly anyOf?: readonly Node[]
  readonly oneOf?: readonly Node[]
  readonly additionalProperties?: unknown
}

/** Every key that can be written, with where it stands. */
function keysOf(node: Node, at: string): [string, Node][] {
  const here = Object.entries(node.properties ?? {}).flatMap(([key, value]): [string, Node][] => [
    [`${at}.${key}`, value],
    ...keysOf(value, `${at}.${key}`),
  ])
  const inside = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.items ? [node.items] : [])]
  return [...here, ...inside.flatMap(one => keysOf(one, at))]
}

t.test('every key of it is described, and no object takes unknown ones', async t => {
  const schema = gateJsonSchema() as Node
  const keys = keysOf(schema, 'config')
  t.ok(keys.length > 50)
  t.same(
    keys.filter(([, node]) => node.description === undefined).map(([key]) => key),
    [],
  )
  for (const [key, node] of [['config', schema] as const, ...keys]) {
    if (node.properties !== undefined) t.equal(node.additionalProperties, false, key)
  }
})

const lanes = [{ name: 'A', direction: 'entry', board: { port: 'b' }, scanner: { port: 's' } }]

t.test('what the service may set: all but the local keys, each refused by its name', async t => {
  t.ok(remoteConfigSchema.safeParse({ lanes }).success, 'the rest has defaults')
  const all = { service: { pollMs: 2000 }, trust: { staleAfterMs: 60_000 }, lanes }
  t.ok(remoteConfigSchema.safeParse(all).success)
  for (const [first, second] of LOCAL_KEYS) {
    const config = { lanes, [first]: second === undefined ? 'x' : { [second]: 'x' } }
    const parsed = remoteConfigSchema.safeParse(config)
    const said = parsed.success ? [] : explainIssues(parsed.error, config)
    const key = [first, second].filter(Boolean).join('.')
    t.same(said, [`${key}: is set on the gate itself, not by the service`])
  }
  const doubled = { lanes: [...lanes, ...lanes] }
  const twice = remoteConfigSchema.safeParse(doubled)
  t.match(twice.success ? [] : explainIssues(twice.error, doubled), [
    /two lanes have the same name/,
  ])
})

t.test('areas lie within areas that lanes lead to, one way, and all lanes agree', async t => {
  const [lane] = lanes
  const gate = { gate: 'g', station: 's', data: 'd', trust: { factory: 'f' } }
  const service = { url: 'http://127.0.0.1:1' }
  const bus = { broker: { url: 'mqtt://127.0.0.1:1' } }
  const said = (areas: readonly (readonly [string, string?])[], more: object = {}) => {
    const placed = areas.map(([area, within], n) => ({ ...lane, name: `L${n}`, area, within }))
    const config = { ...gate, service, lanes: placed, ...more }
    const parsed = gateConfigSchema.safeParse(config)
    return parsed.success ? [] : explainIssues(parsed.error, config)
  }
  t.same(said([['main'], ['platform', 'main'], ['lounge', 'platform']]), [])
  t.match(said([['platform', 'main']]), [/no lane here leads to, and there is no bus/])
  t.same(said([['platform', 'main']], { bus }), [], 'a sibling’s lanes may')
  t.match(said([['main'], ['platform', 'main'], ['platform']]), [/lanes of area platform disagree/])
  t.match(said([['main', 'main']]), [/area main lies within itself/])
  const circle = [
    ['a', 'b'],
    ['b', 'c'],
    ['c', 'a'],
  ] as const
  t.match(said(circle), [/area a lies within itself/])
})

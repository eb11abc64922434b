/** The real programs: an operator's config on its way to a running gate, a good one and a bad one. */
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import type { LogLine } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../fixtures/world.ts'

const world = await createWorld({
  dir: tempDir(),
  lanes: [{ name: 'A', direction: 'entry' }],
  scannerBaud: 115_200,
  deadmanMs: 2000,
})
t.teardown(() => world.close())
await startStation(world)
const operator = await world.signIn('operator')
const gate = world.gate()
const { lanes } = JSON.parse(readFileSync(world.gateConfigFile, 'utf8')) as { lanes: object[] }
const CONFIG = '/v1/fleet/gates/north-1/config'
/** In each config: a gate that asks once in ten seconds, as it does otherwise, is waited for. */
const service = { pollMs: 1000 }

interface Row {
  readonly kind: string
  readonly body: {
    readonly about?: string
    readonly code?: string
    readonly reason?: string
    readonly serviceRevision?: number
  }
}

/** The gate's rows at the service, as soon as one of them fits. */
async function uploaded(what: string, fits: (row: Row) => boolean): Promise<Row[]> {
  for (;;) {
    const seen = new Set<LogLine>(gate.lines)
    const { rows } = (await operator.get('/v1/fleet/gates/north-1/events?limit=500')) as {
      rows: { kind: string; body: string }[]
    }
    const read = rows.map(({ kind, body }) => ({ kind, body: JSON.parse(body) as Row['body'] }))
    if (read.some(fits)) return read
    await gate.line(`${what}, uploaded`, line => !seen.has(line) && line.event === 'upload')
  }
}

const inService = (seen: ReadonlySet<LogLine>) =>
  gate.line('in service', line => !seen.has(line) && line.state === 'Locked')

t.test('a good config: taken, in service with it, confirmed, told to the service', async t => {
  const seen = new Set<LogLine>(gate.lines)
  const timing = { waitMs: 7000 }
  const config = { lanes: lanes.map(lane => ({ ...lane, timing })), service }
  const reason = 'people are slow today'
  const { revision } = await operator.put(CONFIG, { base: 0, config, reason })
  await inService(seen)
  const rows = await uploaded('confirmed', ({ body }) => body.about === 'confirmed')
  t.match(
    rows.filter(row => row.kind === 'config').map(row => row.body),
    [
      { about: 'base', revision: 0 },
      {
        about: 'committed',
        revision: 1,
        by: 'service',
        reason,
        serviceRevision: revision,
        confirmMs: 300_000,
        changes: ['lanes.A.timing'],
      },
      { about: 'confirmed', revision: 1, runs: 1 },
    ],
  )
  t.equal(gate.lines.filter(line => line.event === 'ready').length, 2, 'the same process')
})

t.test('a bad one: what ran before runs again, and the service is told why', async t => {
  const { revision: base } = await operator.get(CONFIG)
  const seen = new Set<LogLine>(gate.lines)
  const bad = (lanes as { board: object }[]).map(lane => ({
    ...lane,
    board: { ...lane.board, pins: { entry: 2, exit: 2 } },
  }))
  await operator.put(CONFIG, { base, config: { lanes: bad, service }, reason: 'a slip' })
  const rows = await uploaded('reverted', ({ body }) => body.code === 'CONFIG_REVERTED')
  const reverted = { about: 'reverted', revision: 2, runs: 1, by: 'service' }
  t.match(rows.find(row => row.body.about === 'reverted')?.body, reverted)
  t.match(rows.find(row => row.body.code === 'CONFIG_REVERTED')?.body, {
    detail: /^revision 2 by service: could not start: .*pin 2 is both entry and exit.*; revision 1/,
  })
  await inService(seen)
})

t.test('an emergency release and its end by the service: the same start goes on', async t => {
  const given = async (modes: object, state: string) => {
    const { revision: base } = await operator.get(CONFIG)
    const seen = new Set<LogLine>(gate.lines)
    const timing = { waitMs: 6000 }
    const config = { lanes: lanes.map(lane => ({ ...lane, modes, timing })), service }
    const { revision } = await operator.put(CONFIG, { base, config, reason: 'a drill' })
    await gate.line(state, line => !seen.has(line) && line.state === state)
    return uploaded(
      'confirmed',
      ({ body }) => body.about === 'committed' && body.serviceRevision === revision,
    )
  }
  await given({}, 'Locked')
  const [lane] = world.lanes
  const { turnstile } = lane as SimLane
  const starts = () => gate.lines.filter(line => line.event === 'ready').length
  const before = starts()
  await given({ emergency: true }, 'Emergency')
  t.ok(turnstile.relay('entry') && turnstile.relay('exit'), 'open both ways')
  await given({ maintenance: true }, 'Maintenance')
  const rows = await given({}, 'Locked')
  t.equal(starts(), before)
  t.match(
    rows.filter(row => row.kind === 'mode').map(row => row.body),
    [
      { emergency: true, by: 'service' },
      { emergency: false, maintenance: true, by: 'service' },
      { maintenance: false, by: 'service' },
    ],
  )
  t.ok(await fireOpens(lane as SimLane), 'fire opens it')
  turnstile.setContact('fire', false)
  const seen = new Set<LogLine>(gate.lines)
  turnstile.setContact('release', true)
  await gate.line('reset', line => !seen.has(line) && line.state === 'Locked')
  turnstile.setContact('release', false)
})

t.test('SIGHUP: the file read again; a wrong one changes nothing', async t => {
  const file = JSON.parse(readFileSync(world.gateConfigFile, 'utf8')) as object
  writeFileSync(world.gateConfigFile, '{ "lanes": [')
  gate.signal('SIGHUP')
  t.match(await gate.line('refused', line => line.event === 'reload'), { code: 'CONFIG_INVALID' })
  const seen = new Set<LogLine>(gate.lines)
  writeFileSync(world.gateConfigFile, JSON.stringify({ ...file, journal: { keepMs: 86_400_000 } }))
  gate.signal('SIGHUP')
  const taken = await gate.line('taken', line => !seen.has(line) && line.event === 'reload')
  t.match(taken, { revision: 7 })
  t.equal(await gate.stop(), 0)
})

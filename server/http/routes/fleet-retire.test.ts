/** A gate that is retired, on each engine: what it may no more, and who forgets it. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { nodeVerifier } from '../../../pass/cose-node.ts'
import { openStation } from '../../../pass/documents/station.ts'
import { countGates } from '../../store/gates/gate-health.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { enrolledGate } from '../../testing/enrolled.ts'
import { WELL } from '../../testing/health.ts'
import { openWorld } from '../../testing/world.ts'

const LANE = {
  ...{ name: 'A', direction: 'entry' },
  ...{ board: { port: '/dev/ttyACM0' }, scanner: { port: '/dev/ttyUSB0' } },
}

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const { db } = world.service
  const operator = await world.signIn('operator')
  const old = await enrolledGate(world, operator, 'n-1')
  const other = await enrolledGate(world, operator, 'n-2')
  const codeOf = async (answer: Response) => ((await answer.json()) as { code?: string }).code
  const retire = async (gate: string) => {
    const answer = await world.post(`/v1/fleet/gates/${gate}/retire`, { reason: 'sold' }, operator)
    return { status: answer.status, ...((await answer.json()) as { retiredAt?: number }) }
  }
  const siblings = async () => {
    const answer = await other.ask('GET', '/v1/gates/n-2/station')
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const opened = openStation(world.service.publisher.trust(), bytes, nodeVerifier, 'north')
    if (!opened.ok) throw new Error(opened.code)
    return (opened.manifest.gates ?? []).map(({ name }) => name)
  }
  const listed = async (query = '') => {
    const answer = await world.call(`/v1/fleet/gates${query}`, { headers: operator })
    return ((await answer.json()) as { rows: { gate: string; retiredAt: number | null }[] }).rows
  }

  await t.test('its key counts no more, and its siblings forget it', async t => {
    t.equal((await old.send('/v1/gates/n-1/health', WELL)).status, 204)
    t.same(await siblings(), ['n-1', 'n-2'])
    const made = await world.post(
      '/v1/fleet/enrolments',
      { gate: 'n-1', station: 'north' },
      operator,
    )
    const { code } = (await made.json()) as { code: string }
    const retiredAt = world.clock.time
    t.same(await retire('n-1'), { status: 200, retiredAt })
    t.equal(await codeOf(await old.send('/v1/gates/n-1/health', WELL)), 'GATE_UNKNOWN')
    t.same(await siblings(), ['n-2'])
    t.match(await listed(), [{ gate: 'n-2', retiredAt: null }])
    t.match(await listed('?retired=yes'), [{ gate: 'n-1', retiredAt }, { gate: 'n-2' }])
    t.same(await countGates(db, world.clock.time), { enrolled: 1, stale: 1 })
    const publicKey = await old.publicJwk()
    const enrolled = await world.post('/v1/gates/enrol', { code, name: 'n-1', publicKey })
    t.equal(await codeOf(enrolled), 'ENROLMENT_INVALID', 'a code that was made before')
    const body = { base: 0, reason: 'x', config: { lanes: [LANE] } }
    const given = await world.call('/v1/fleet/gates/n-1/config', {
      method: 'PUT',
      headers: { 'content-type': 'application/json', ...operator },
      body: JSON.stringify(body),
    })
    t.equal(await codeOf(given), 'NOT_FOUND', 'nothing can be given to it')
  })

  await t.test('twice is once, each time in the audit; one that is not there is told', async t => {
    const first = world.clock.time
    world.clock.time += 1000
    t.same(await retire('n-1'), { status: 200, retiredAt: first })
    t.match(await retire('nobody'), { status: 404, code: 'NOT_FOUND' })
    const answer = await world.call('/v1/audit?action=fleet.retire', { headers: operator })
    const { rows } = (await answer.json()) as { rows: object[] }
    const row = { action: 'fleet.retire', subject: 'n-1', detail: { reason: 'sold' } }
    t.match(rows, [row, row])
  })

  await t.test('enrolled again it is back, with another key or its old one', async t => {
    const again = await enrolledGate(world, operator, 'n-1')
    t.equal((await again.send('/v1/gates/n-1/health', WELL)).status, 204)
    t.same(await siblings(), ['n-1', 'n-2'])
    t.match(await listed(), [{ gate: 'n-1', retiredAt: null }, { gate: 'n-2' }])
    await retire('n-2')
    await retire('n-1')
    t.same(await listed(), [], 'several may be retired')
  })
})

/** A gate whose service stands under a path of its host, behind a proxy that takes the path off. */
import t from 'tap'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createPathProxy, type PathProxy } from '../../fixtures/path-proxy.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'

t.test('every request keeps the path, and every proof is good', async t => {
  let proxy: PathProxy | undefined
  const world = await createWorld({
    dir: tempDir(),
    lanes: [{ name: 'A', direction: 'entry' }],
    gateUrl: async service => {
      proxy = await createPathProxy(() => service, '/gates')
      return proxy.url
    },
  })
  t.teardown(async () => {
    await world.close()
    await proxy?.close()
  })
  await startStation(world)
  const asked = (line: string) => proxy?.seen.some(one => one.startsWith(line)) === true
  const wanted = [
    'POST /gates/v1/gates/enrol',
    'POST /gates/v1/gates/north-1/events',
    'POST /gates/v1/gates/north-1/health',
    'GET /gates/v1/gates/north-1/station',
    'POST /gates/v1/gates/time',
    'GET /gates/v1/trust/manifest',
    'GET /gates/v1/trust/list/',
    'GET /gates/v1/trust/events',
  ]
  const missing = () => wanted.filter(line => !asked(line))
  const operator = await world.signIn('operator')
  type Shown = { readonly health: unknown; readonly epochs: readonly { readonly next: number }[] }
  let shown: Shown | undefined
  await until('every request, and whole', async () => {
    const { rows } = (await operator.get('/v1/fleet/gates')) as unknown as { rows: Shown[] }
    shown = rows[0]
    // Of one moment: another row may come at any time.
    return missing().length === 0 && whole()
  })

  /** The service has the gate's health and every row of its journal. */
  function whole(): boolean {
    const rows = readJournal(world.journalFile).length
    return shown?.health != null && shown.epochs[0]?.next === rows + 1
  }

  t.same(
    proxy?.seen.filter(line => !line.includes(' /gates/v1/')),
    [],
    'and nothing else was asked for',
  )
  t.ok(await fireOpens(world.lanes[0] as SimLane), 'fire opens')
})

/** A gate that is started anew without another config. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { openDesk, withWait } from '../testing/config/desk.ts'

const WAIT = 'lanes.A.timing.waitMs'

t.test('by the same revision, with something done while nothing runs', async t => {
  const { engine, waits, world, running, writeFile } = openDesk(tempDir())
  writeFile(withWait(5000))
  await engine.start()
  const rows = world.rows.length
  let between = 0
  const restart = (work = async () => {}) =>
    engine.restart(async () => {
      t.equal(running.gate(), undefined, 'nothing runs')
      between += 1
      await work()
    })
  engine.set(WAIT, 7000)
  t.same(await restart(), { ok: true, revision: 0, onTrial: false })
  t.same(waits(), [5000, 5000])
  t.match(engine.compare(), [{ text: /waitMs: 5000 -> 7000$/ }], 'the candidate is there')
  t.equal(world.rows.length, rows, 'no news of a revision')
  const failed = await restart(() => Promise.reject(new Error('disk full')))
  t.same(failed, { ok: false, code: 'NOT_WRITTEN', problems: ['disk full'] })
  t.same(waits(), [5000, 5000, 5000], 'it runs all the same')
  world.state = 'Emergency'
  t.match(await restart(), { code: 'EMERGENCY' })
  world.state = 'Locked'
  t.equal(between, 2)
  world.faults.set(5000, 'the pins are gone')
  await restart()
  t.match(world.died, { message: 'the pins are gone' })
  t.match(await restart(), { code: 'STOPPED' }, 'nothing to start anew')
  await engine.stop()
  t.match(await restart(), { code: 'STOPPED' })
})

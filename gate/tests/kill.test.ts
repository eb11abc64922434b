/**
 * The gate and its service, killed at any moment under traffic, the service lying now and then, the
 * disk failing, a second gate started: nothing is lost, nothing doubled.
 */
import { randomInt } from 'node:crypto'
import t from 'tap'
import { runKillRounds } from '../../fixtures/kill-rounds.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'

t.test('20 rounds of kill -9 among other faults', async t => {
  const seed = randomInt(2 ** 31)
  t.comment(`seed ${seed}`)
  const onRound = (round: number, what: string) => t.comment(`round ${round}: ${what}`)
  const report = await runKillRounds({ dir: tempDir(), rounds: 20, seed, onRound })
  t.comment(JSON.stringify(report))
  t.same(report.broken, [])
  t.ok(report.grants > 5, 'there was traffic')
  t.ok(report.lies > 0, 'there were lies')
})

/** A whole gate whose service lies about its uploads: no flood, no row lost, and fire opens. */

import t from 'tap'
import { fireIsReset, fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLyingService, LIES, type LyingService } from '../../fixtures/lying-service.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { sameRows, storedRows } from '../../fixtures/stored-journal.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'

const WATCHED_MS = 1000
/** With pauses of half to the whole of 0.5, 1 and 2 s it is three; a loop has hundreds. */
const REQUESTS_MAX = 6

const pause = (ms: number) => new Promise(next => setTimeout(next, ms))

t.test('each lie in turn', async t => {
  let liar: LyingService | undefined
  const world = await createWorld({
    dir: tempDir(),
    lanes: [{ name: 'A', direction: 'entry' }],
    gateUrl: async service => {
      liar = await createLyingService(
        () => service,
        () => 0.9,
      )
      return liar.url
    },
  })
  t.teardown(async () => {
    await world.close()
    await liar?.close()
  })
  await startStation(world)
  const operator = await world.signIn('operator')
  const lane = world.lanes[0] as SimLane
  const equal = async () =>
    sameRows(readJournal(world.journalFile), await storedRows(operator, 'north-1'))
  const told = () => liar?.told() ?? 0
  let tamper = false

  for (const lie of LIES) {
    await until(`both journals are the same before: ${lie}`, equal)
    const before = told()
    liar?.lie(lie)
    tamper = !tamper
    lane.turnstile.setContact('tamper', tamper)
    await until(`an upload was lied about: ${lie}`, () => told() > before)
    await pause(WATCHED_MS)
    const requests = told() - before
    t.ok(requests <= REQUESTS_MAX, `${lie}: ${requests} uploads in ${WATCHED_MS} ms`)
    t.ok(await fireOpens(lane), `${lie}: fire opens`)
    t.ok(await fireIsReset(lane), `${lie}: and is over`)
    liar?.lie(undefined)
  }
  await until('both journals are the same after all', equal)
  t.equal(liar?.followed(), 0, 'no redirect was followed')
  const alarms = readJournal(world.journalFile).map(({ body }) => body.code)
  t.ok(alarms.includes('ACK_IMPLAUSIBLE'))
  t.ok(alarms.includes('SERVICE_REDIRECTS'))
})

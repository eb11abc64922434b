/**
 * Trust that changes in the middle of a scan: lists and keys are swapped between a code's reading and
 * its relay, at every turn of the event loop at which an update may come. A scan is judged by one
 * state of trust, the one before or the one after, never by parts of both.
 */
import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { laneOf, phone } from '../testing/trust/barrier.ts'
import { goodGate } from '../testing/trust/gate.ts'
import { LIST, T0 } from '../testing/trust/world.ts'

const ROUNDS = 40

t.test('while an update comes in, a scan sees the state before it or after it, whole', async t => {
  const { keeper, world } = await goodGate(t)
  const [enter, leave] = [laneOf(keeper), laneOf(keeper, 'exit')]
  const revoked = [7]
  let scans = 0
  for (let round = 0; round < ROUNDS; round++) {
    const text = await (await phone(world, T0 - 60, 20 + round))(T0)
    const byKey = round % 4 === 3
    if (byKey) await world.rotate({ keys: world.keys().filter(key => key.role !== 'issuer') })
    else revoked.push(20 + round)
    await world.publish({ lists: { [LIST]: revoked } })

    const told: string[] = []
    const scan = () => {
      const before = keeper.view()
      told.push(`${enter(text)} ${leave(text)}`)
      t.equal(keeper.view(), before, 'nothing is swapped under a scan')
    }
    const under = { way: true }
    void keeper.pollNow().finally(() => {
      under.way = false
    })
    while (under.way) {
      scan()
      await new Promise(resolve => setImmediate(resolve))
    }
    scans += told.length
    scan()
    const refused = byKey ? 'UNKNOWN_ISSUER' : 'REVOKED'
    const states = told.filter((one, i) => one !== told[i - 1]).join()
    t.equal(states, `ADMIT ADMIT,${refused} ${refused}`, 'the one before, then the one after')
    if (!byKey) continue
    await world.rotate()
    await world.publish({ lists: { [LIST]: revoked } })
    await keeper.pollNow()
  }
  t.ok(scans > 2 * ROUNDS, `${scans} scans while ${ROUNDS} updates came in`)
})

t.test(
  'revoked while the row of its grant is written: it goes through, the next scan does not',
  async t => {
    const lane = await createVirtualLane()
    lane.stallWrites()
    await lane.scan(await lane.code())
    t.equal(lane.lane.view().state.name, 'Admitting')
    lane.revoke(1)
    t.notOk(lane.energised.has('entry'), 'nothing moves before its row')
    await lane.resumeWrites()
    t.ok(lane.energised.has('entry'), 'judged by what was believed when it was read')
    t.equal(lane.rows().at(-1), 'grant ADMIT')
    await lane.time.advanceAsync(6000)
    await lane.scan(await lane.code())
    t.equal(lane.rows().at(-1), 'scan REVOKED')
    await lane.contact('fire', true)
    t.ok(lane.energised.has('entry') && lane.energised.has('exit'))
  },
)

t.test(
  'revoked, or trust closed, while it waits for the person ahead: it is judged at its turn',
  async t => {
    for (const [swap, code] of [
      [(lane: VirtualLane) => lane.revoke(2), 'REVOKED'],
      [(lane: VirtualLane) => lane.stage('CLOSED'), 'TRUST_STALE'],
      [(lane: VirtualLane) => lane.stage('STAFF'), 'TRUST_STAFF'],
      [(lane: VirtualLane) => lane.stage('FRESH', 'UNCERTAIN'), 'CLOCK_UNCERTAIN'],
    ] as const) {
      const lane = await createVirtualLane()
      await lane.scan(await lane.code({ cti: 1 }))
      await lane.scan(await lane.code({ cti: 2 }))
      swap(lane)
      await lane.time.advanceAsync(6000)
      t.equal(lane.rows().at(-1), `scan ${code}`)
      await lane.contact('fire', true)
      t.ok(lane.energised.has('entry') && lane.energised.has('exit'))
    }
  },
)

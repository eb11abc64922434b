/** What a lane shows of a gate whose trust gets old or whose clock is unsure: lamps for each stage. */
import t from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { plainModes } from '../machine/state.ts'
import { shutByTrust, warns } from './trust-standing.ts'

type Stage = Parameters<VirtualLane['stage']>
const exitLane = { direction: 'exit' }
const bothWays = { direction: 'both', exitScanner: { port: 'exit' } }

const ROWS: readonly [Stage, string, string, string][] = [
  [['FRESH'], '', '', ''],
  [['STALE'], 'amber', 'amber', 'amber'],
  [['DEGRADED'], 'amber', 'amber', 'amber'],
  [['OVERDUE'], 'amber', 'amber', 'amber'],
  [['STAFF'], 'amber', 'amber', 'amber'],
  [['CLOSED'], 'amber+cross', 'amber', 'amber'],
  [['FRESH', 'UNCERTAIN'], 'amber+cross', 'amber', 'amber'],
]

const shown = (lane: VirtualLane) => lane.shown().join('+')

async function fireOpens(lane: VirtualLane): Promise<boolean> {
  await lane.contact('fire', true)
  return lane.energised.has('entry') && lane.energised.has('exit')
}

t.test('each stage lights its lamp at once; an exit never shows a cross for it', async t => {
  const lanes = await Promise.all([{}, exitLane, bothWays].map(lane => createVirtualLane(lane)))
  for (const [stage, ...lamps] of [...ROWS, ...ROWS.toReversed()]) {
    for (const [index, lane] of lanes.entries()) {
      lane.stage(...stage)
      t.equal(shown(lane), lamps[index], `${stage.join(' ')}, lane ${index}`)
    }
  }
  for (const lane of lanes) t.ok(await fireOpens(lane))
})

t.test(
  'a clock that nothing proves: amber; far past what is proved: an operator may vouch',
  async t => {
    const modes = plainModes('entry')
    const vouched = { ...modes, trustDegraded: true }
    const fresh = { stage: 'FRESH', clock: 'TRUSTED' } as const
    t.notOk(warns(fresh))
    t.equal(shutByTrust(fresh, modes), undefined)
    const unproven = { ...fresh, doubt: 'unproven' } as const
    t.ok(warns(unproven))
    t.equal(shutByTrust(unproven, modes), undefined)
    const far = { ...fresh, clock: 'UNCERTAIN', doubt: 'far' } as const
    t.ok(warns(far))
    t.equal(shutByTrust(far, modes), 'CLOCK_UNCERTAIN')
    t.equal(shutByTrust(far, vouched), undefined)
    const behind = { ...far, doubt: 'behind' } as const
    t.equal(shutByTrust(behind, vouched), 'CLOCK_UNCERTAIN', 'certainly wrong')
  },
)

t.test('a lamp that staff need hides no sign, and comes back after it', async t => {
  const lane = await createVirtualLane()
  lane.stage('DEGRADED')
  await lane.scan('no code')
  t.equal(shown(lane), 'amber+cross', 'the sign of a code that is no code')
  await lane.time.advanceAsync(3000)
  t.equal(shown(lane), 'amber')
  await lane.scan(await lane.code())
  t.equal(shown(lane), 'arrow')
  lane.stage('CLOSED')
  t.equal(shown(lane), 'arrow', 'who was admitted goes through')
  await lane.time.advanceAsync(6000)
  t.equal(shown(lane), 'amber+cross')
  await lane.scan(await lane.code({ cti: 2 }))
  t.equal(lane.rows().at(-1), 'scan TRUST_STALE')
  t.ok(await fireOpens(lane))
  t.notOk(shown(lane).includes('cross'), 'fire shows its own sign alone')
})

t.test('a lane that admits all the same shows no cross', async t => {
  for (const mode of [{ trustDegraded: true }, { fareFree: true }]) {
    const lane = await createVirtualLane()
    lane.stage('CLOSED')
    t.equal(shown(lane), 'amber+cross')
    await lane.modes(mode)
    t.equal(shown(lane), 'amber', JSON.stringify(mode))
    await lane.scan(await lane.code())
    t.match(lane.rows().at(-1), 'grant ADMIT_FLAGGED')
    t.ok(await fireOpens(lane))
  }
  const free = await createVirtualLane()
  await free.modes({ entry: 'free' })
  free.stage('CLOSED')
  t.equal(shown(free), 'amber+arrow', 'it stands open')
  t.ok(await fireOpens(free))
})

t.test('staff only: staff release whom the gate sends to them', async t => {
  const lane = await createVirtualLane()
  lane.stage('STAFF')
  await lane.scan(await lane.code())
  t.equal(lane.rows().at(-1), 'scan TRUST_STAFF')
  await lane.contact('release', true)
  await lane.contact('release', false)
  t.ok(lane.energised.has('entry'))
  t.equal(lane.rows().at(-1), 'grant STAFF_RELEASE')
  t.ok(await fireOpens(lane))
})

import t from 'tap'
import { judgeRollback } from './rollback.ts'
import { goesOnWithout, isForStaff, isUncertain } from './stages.ts'

const plain = { trustDegraded: false }
const degraded = { trustDegraded: true }

t.test(
  'a doubtful clock is uncertain, but where an operator vouches for one that is far',
  async t => {
    t.equal(isUncertain({ clock: 'TRUSTED' }, plain), false)
    t.equal(isUncertain({ clock: 'UNCERTAIN', doubt: 'far' }, plain), true)
    t.equal(isUncertain({ clock: 'UNCERTAIN', doubt: 'far' }, degraded), false)
    t.equal(isUncertain({ clock: 'UNCERTAIN', doubt: 'behind' }, degraded), true, 'it is wrong')
    t.equal(isUncertain({ clock: 'UNCERTAIN', doubt: 'unproven' }, degraded), true)
  },
)

t.test('lists that the gate never had: by the stage of trust and by command', async t => {
  for (const [stage, itself, byCommand] of [
    ['FRESH', false, false],
    ['STALE', false, false],
    ['DEGRADED', false, false],
    ['OVERDUE', true, true],
    ['STAFF', true, true],
    ['CLOSED', false, true],
  ] as const) {
    t.equal(goesOnWithout({ stage, modes: plain }), itself, stage)
    t.equal(goesOnWithout({ stage, modes: degraded }), byCommand, `${stage}, by command`)
  }
})

t.test('entry is for staff in one stage alone, until it is degraded by command', async t => {
  const staffed = { stage: 'STAFF', direction: 'entry', modes: plain } as const
  t.equal(isForStaff(staffed), true)
  t.equal(isForStaff({ ...staffed, direction: 'exit' }), false)
  t.equal(isForStaff({ ...staffed, modes: degraded }), false)
  t.equal(isForStaff({ ...staffed, stage: 'CLOSED' }), false)
})

t.test('trust that is older than before: flagged, or no entry at all', async t => {
  const code = 'TRUST_ROLLED_BACK'
  const flag = { said: 'flag', flag: code }
  t.match(judgeRollback(undefined, 'entry'), { said: 'pass' })
  t.match(judgeRollback('none', 'entry'), { said: 'pass' })
  t.match(judgeRollback('accepted', 'entry'), flag)
  t.match(judgeRollback('closed', 'entry'), { said: 'deny', code })
  t.match(judgeRollback('closed', 'exit'), flag, 'nobody is kept inside')
})

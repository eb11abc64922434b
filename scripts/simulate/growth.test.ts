/** The table of how the speed changes. */
import t from 'tap'
import { GROWTH_PHONES, GROWTH_SIZES, playGrowth } from './growth.ts'
import { LANES_MAX } from './plan-file.ts'
import type { Outcome, Plan } from './run.ts'

const outcome: Outcome = {
  ...{ broken: [], counts: { shown: 900, walked: 700, refused: 200, passes: 90 }, rows: 9 },
  ...{ faults: new Map([['fire', 25]]), holders: new Map(), startMs: 0, endMs: 1, hash: 'ab' },
}

/** Each simulation takes 3.6 s of CPU. */
function grow(play: (plan: Plan) => Outcome, isStopped = () => false) {
  const lines: string[] = []
  let cpuMs = 0
  const held = playGrowth({
    ...{ seed: 5, isStopped, onLine: line => lines.push(line) },
    async play(plan) {
      cpuMs += 3600
      return play(plan)
    },
    spentBy: since => ({ clockMs: 0, cpuMs: cpuMs - (since?.cpuMs ?? 0) }),
  })
  return held.then(is => ({ held: is, lines }))
}

t.test('lanes with their people, then hours; each line has its speed', async t => {
  const plans: Plan[] = []
  const { held, lines } = await grow(plan => {
    plans.push(plan)
    return outcome
  })
  t.equal(held, true)
  t.equal(plans.length, GROWTH_SIZES.length)
  t.ok(plans.every(({ seed, phones }) => seed === 5 && phones <= GROWTH_PHONES))
  t.same(
    plans.slice(0, 3).map(({ lanes, phones }) => [lanes, phones]),
    [
      [2, 20],
      [4, 40],
      [LANES_MAX, 80],
    ],
  )
  t.match(plans[3], { gates: 4, lanes: 5, phones: 200 })
  t.equal(plans.at(-1)?.spanMs, 7 * 24 * 3_600_000)
  t.match(lines[0], /^gates {2}lanes {2}hours {2}passengers {2}faults {2}CPU s {2}x real time/)
  t.match(lines[1], /^ +1 +2 +1 +900 +25 +3\.6 +1000 +4\.00$/)
  t.match(lines[4], /^ +4 +20 +1 +900/)
  t.match(lines.at(-1), /^ +1 +6 +168 +900 +25 +3\.6 +168000 +4\.00$/)
})

t.test('a broken invariant ends it, and so does a stop', async t => {
  const broken = [{ invariant: 'REVOKED', atMs: 1500, lane: 'in1', what: 'admitted' }]
  const failed = await grow(() => ({ ...outcome, broken }))
  t.equal(failed.held, false)
  t.match(failed.lines.slice(2), ['REVOKED at 1.5 s: in1: admitted'])
  const stopped = await grow(
    () => outcome,
    () => true,
  )
  t.same([stopped.held, stopped.lines.length], [true, 1])
})

/** Fresh seeds at each run hold; those that ever failed are `fixtures/scenarios/simulations/`. */
import t from 'tap'
import type { Outcome } from './run.ts'
import { USUAL_SIZE } from './seed-plan.ts'
import { runSeedRounds } from './seed-rounds.ts'

/** Few people: most of an hour is its faults. */
const SIZE = { ...USUAL_SIZE, lanes: 4, passengers: 6, faults: 22 }
/** A busy machine takes its time. */
t.setTimeout(900_000)
const SEEDS = 20
/** Of every fifth. */
const SIBLINGS = { gates: 3, lanes: 2 }

t.test('twenty fresh seeds of an hour hold', { timeout: 900_000 }, async t => {
  const seed = Math.floor(Date.now() / 1000)
  const options = `--lanes ${SIZE.lanes} --passengers ${SIZE.passengers} --faults ${SIZE.faults}`
  t.comment(`npm run simulate -- --seed ${seed} --seeds ${SEEDS} ${options}`)
  const { broken, ...figures } = await runSeedRounds({
    seed,
    rounds: SEEDS,
    size: SIZE,
    siblings: SIBLINGS,
  })
  t.comment(JSON.stringify(figures))
  t.same(broken, [])
  t.equal(figures.seeds, SEEDS)
  t.ok(figures.faultsMin >= 20, `${figures.faultsMin} faults`)
  t.ok(figures.kinds >= 30, `${figures.kinds} kinds`)
  t.ok(figures.walked > 500, `${figures.walked} passages`)
})

const outcome = (more: Partial<Outcome> = {}): Outcome => ({
  ...{ broken: [], counts: { shown: 5, walked: 3, refused: 2, passes: 1 }, rows: 9 },
  ...{ faults: new Map([['fire', 2]]), holders: new Map(), startMs: 0, endMs: 1, hash: 'ab' },
  ...more,
})
const BROKEN = [{ invariant: 'REVOKED', atMs: 1500, lane: 'in1', what: 'admitted' }]

t.test(
  'a seed that fails is told with the command that plays it again; the others go on',
  async t => {
    const told: string[] = []
    const { broken, ...figures } = await runSeedRounds({
      ...{ seed: 7, rounds: 3, size: { ...USUAL_SIZE, passengers: 1 } },
      play: async (_ground, plan) => outcome(plan.seed === 8 ? { broken: BROKEN } : {}),
      onRound: (round, what) => told.push(`${round}: ${what}`),
    })
    t.same(broken, [
      'seed 8: REVOKED at 1.5 s: in1: admitted; again: npm run simulate -- --seed 8 --passengers 1',
    ])
    t.match(
      told,
      ['1: seed 7 held', '2: seed 8 BROKEN', '3: seed 9 held'].map(one => new RegExp(one)),
    )
    t.same(figures, { seeds: 3, shown: 15, walked: 9, faults: 6, faultsMin: 2, kinds: 1 })
  },
)

t.test('every fifth seed is of several gates, and is told with them', async t => {
  const gates: (number | undefined)[] = []
  const { broken } = await runSeedRounds({
    ...{ seed: 1, rounds: 10, size: { ...USUAL_SIZE, passengers: 1 }, siblings: SIBLINGS },
    async play(ground, plan) {
      gates.push(plan.gates)
      t.ok(ground.gateKeys.length >= 3)
      return outcome(plan.seed === 10 ? { broken: BROKEN } : {})
    },
  })
  t.same(gates, [1, 1, 1, 1, 3, 1, 1, 1, 1, 3])
  t.match(broken, [/again: npm run simulate -- --seed 10 --gates 3 --lanes 2 --passengers 1$/])
})

t.test('a stop leaves the seed that runs, unless it has failed', async t => {
  for (const broken of [[], BROKEN]) {
    let isStopped = false
    const figures = await runSeedRounds({
      ...{ seed: 1, rounds: 9, size: { ...USUAL_SIZE, passengers: 1 } },
      stopped: () => isStopped,
      async play(_ground, { seed }, watch) {
        if (seed === 2) isStopped = true
        t.equal(watch?.onTime?.(0), !isStopped)
        return outcome(isStopped ? { broken } : {})
      },
    })
    t.equal(figures.seeds, 1 + broken.length)
    t.equal(figures.broken.length, broken.length)
  }
})

import { setImmediate as nextRound } from 'node:timers/promises'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { openWorld } from '../testing/world.ts'
import { TURN_HALF_MS, TURN_RETRY_S, TURN_ROUNDS, TURNS_WAITING_MAX } from './limits.ts'
import { createTurns } from './turns.ts'

/** Turns under a clock of the test's, and who got them, in order. */
function turns() {
  const clock = { time: 0 }
  const { take } = createTurns(() => clock.time)
  const given: string[] = []
  const ask = (client: string, name = client) =>
    void take(client).then(
      () => given.push(name),
      error => given.push(error.code),
    )
  return { clock, take, given, ask }
}

t.test(
  'who finds nobody else begins at once; then it is one in so many rounds of the loop',
  async t => {
    const { take, given, ask } = turns()
    await take('a')
    for (const name of ['first', 'second', 'third']) ask('a', name)
    const seen: number[] = []
    while (given.length < 3) {
      await nextRound()
      seen.push(given.length)
    }
    t.same(given, ['first', 'second', 'third'])
    const [first, second, third] = [1, 2, 3].map(n => seen.indexOf(n)) as [number, number, number]
    t.same([second - first, third - second], [TURN_ROUNDS, TURN_ROUNDS], `${seen}`)
  },
)

t.test('whoever had fewest of late is next, however many another asks for', async t => {
  const { clock, take, given, ask } = turns()
  await take('many')
  for (let n = 0; n < 50; n++) ask('many')
  while (given.length < 10) await nextRound()
  ask('few')
  ask('few')
  while (given.length < 12) await nextRound()
  t.same(given.slice(-2), ['few', 'few'], `${given}`)
  while (given.length < 52) await nextRound()
  // Long after, nobody knows who had many.
  clock.time = 40 * TURN_HALF_MS
  await take('few')
  for (const client of ['many', 'few', 'many', 'few']) ask(client)
  while (given.length < 56) await nextRound()
  t.same(given.slice(-4), ['many', 'few', 'many', 'few'], 'in turn')
})

t.test('with too many waiting, who comes is told to come again', async t => {
  const { take, given, ask } = turns()
  await take('a')
  for (let n = 0; n < TURNS_WAITING_MAX; n++) ask(`client ${n}`)
  const refused = { code: 'BUSY', headers: { 'retry-after': TURN_RETRY_S } }
  await t.rejects(take('one more'), refused)
  while (given.length < TURNS_WAITING_MAX) await nextRound()
  await nextRound()
  await take('a')
  const all = Array.from({ length: TURNS_WAITING_MAX }, (_, n) => `client ${n}`)
  t.same(given.sort(), all.sort(), 'the others had their turns, each once')
})

/** No turn is given until the function it gives is called, however long answers take meanwhile. */
function holdRounds(): () => void {
  const real = globalThis.setImmediate
  const held: (() => void)[] = []
  const hold = (then: () => void) => void held.push(then)
  globalThis.setImmediate = hold as unknown as typeof setImmediate
  return () => {
    globalThis.setImmediate = real
    for (const then of held.splice(0)) real(then)
  }
}

t.test(
  'phones, gates and anyone wait for turns; the manifest, health and staff for nobody',
  async t => {
    const world = await openWorld(tempDir())
    t.teardown(() => world.close())
    const agent = await world.signIn('agent')
    const answered: string[] = []
    const ask = async (name: string, answer: Promise<Response>) => {
      const { status } = await answer
      answered.push(`${name} ${status}`)
    }
    const MANY = 40
    const letRoundsPass = holdRounds()
    t.teardown(letRoundsPass)
    const strangers = Array.from({ length: MANY }, (_, n) => {
      if (n % 3 === 0)
        return ask('phone', world.post(`/v1/applications/${'a'.repeat(32)}/face`, {}))
      if (n % 3 === 1) return ask('gate', world.call('/v1/gates/north-1/station'))
      return ask('anyone', world.call('/v1/trust/document/9'))
    })
    const others = [
      ask('health', world.call('/healthz')),
      ask('manifest', world.call('/v1/trust/manifest')),
      ask('staff', world.post('/v1/people/lookup', {}, agent)),
    ]
    await Promise.all(others)
    t.equal(answered.length, others.length + 1, `all but the first stranger wait: ${answered}`)
    letRoundsPass()
    await Promise.all(strangers)
    const counts = Object.groupBy(answered, one => one)
    t.same(Object.fromEntries(Object.entries(counts).map(([name, all]) => [name, all?.length])), {
      ...{ 'phone 401': 14, 'gate 401': 13, 'anyone 404': 13 },
      ...{ 'health 200': 1, 'manifest 200': 1, 'staff 422': 1 },
    })
  },
)

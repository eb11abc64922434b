/** Films of the scenarios in this repository: what is drawn is what a replay sees. */
import t from 'tap'
import { filmNamed, scenarioNames } from './scenarios.ts'

t.test(
  'a film has each lane at first, its pins as they change, people, signs and rows',
  async t => {
    const film = await filmNamed('people/flap-luggage')
    const [lane] = film?.lanes ?? []
    const relay = lane?.pins.findIndex(({ name }) => name === 'entry') ?? -1
    const frames = film?.frames ?? []
    t.match(frames[0], { atMs: 0, lanes: { A: { position: 0, bodies: [] } } })
    t.ok(
      frames.every(({ atMs }, i) => atMs >= (frames[i - 1]?.atMs ?? 0)),
      'in order',
    )
    const states = frames.flatMap(({ lanes }) => lanes.A ?? [])
    t.ok(states.some(({ levels }) => levels[relay] === '1'))
    t.ok(states.some(({ position }) => position === 1))
    t.ok(states.some(({ bodies }) => bodies.some(({ kind }) => kind === 'case')))
    t.ok(states.some(({ sign }) => sign.code === 'ADMIT'))
    t.match(states.at(-1), { position: 0, bodies: [], sign: { code: '' } })
    t.same(
      film?.rows.map(({ row: { kind, seq } }) => [kind, seq]),
      [
        ['grant', 1],
        ['passage', 2],
      ],
    )
  },
)

t.test('names are those of the list, whatever is asked for', async t => {
  const names = scenarioNames()
  t.ok(names.includes('verdicts/screenshot'))
  t.notOk(names.some(name => name.includes('schema') || name.startsWith('simulations')))
  for (const name of ['', '../package', 'schema', '/etc/passwd', 'people/flap-luggage.json']) {
    t.equal(await filmNamed(name), undefined, name)
  }
})

t.test('a sign is in the film where no pin changes with it', async t => {
  const film = await filmNamed('alarms/stuck-beams-go-with-the-board')
  const codes = film?.frames.flatMap(({ lanes }) => lanes.A?.sign.code ?? [])
  t.ok(codes?.includes('BOARD_LOST'))
})

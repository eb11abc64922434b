import t from 'tap'
import { startChild } from '../../fixtures/child.ts'

t.test('a station starts, lets a traveller in, tells it, and stops cleanly', async t => {
  const input = 'enter\nwalk C\nfly\nshow garbage\nhelp\njournal 3\nquit\n'
  const station = startChild('scripts/station.ts', ['--port', '0', '--dir', t.testdir()], { input })
  t.equal(await station.exited, 0)
  const said = station.errors()
  t.match(said, /service {3}http:\/\/127\.0\.0\.1:\d+/)
  t.match(said, /on file {3}TRAVELLER ONE {2}resident-id 890000\d{11}[\dX]/)
  t.match(said, /trains {4}16 between north and south/)
  t.match(said, /^console: /m)
  t.match(said, /lane A {2}ADMIT +green arrow/)
  t.match(said, /lane A {2}passage/)
  t.match(said, /which lane\? A or B/)
  t.match(said, /no command "fly"/)
  t.match(said, /\d+ {2}passage +A/)
  t.match(said, /stopping/)
})

t.test('a wrong port is refused', async t => {
  const station = startChild('scripts/station.ts', ['--port', 'eighty'])
  t.equal(await station.exited, 2)
})

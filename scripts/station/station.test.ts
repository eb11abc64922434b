import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'

t.test('a station starts, lets a traveller in, tells it, and stops cleanly', async t => {
  const input = [
    ...['enter', 'reader usb', 'leave', 'issue', 'reader camera', 'enter', 'reader eye'],
    ...['walk C', 'fly', 'show garbage', 'help', 'journal 12', 'quit', ''],
  ].join('\n')
  const station = startChild('scripts/station.ts', ['--port', '0', '--dir', tempDir()], { input })
  t.equal(await station.exited, 0)
  const said = station.errors()
  t.match(said, /service {3}http:\/\/127\.0\.0\.1:\d+/)
  t.match(said, /on file {3}TRAVELLER ONE {2}resident-id 890000\d{11}[\dX]/)
  t.match(said, /trains {4}16 between north and south/)
  t.match(said, /^ {2}console {3}picocom -b 115200 \/\S+$/m)
  t.match(said, /lane A {2}ADMIT +green arrow/)
  t.equal(said.match(/lane [AB] {2}passage/g)?.length, 3)
  for (const reader of ['A.serial', 'B.hid', 'A.camera']) {
    t.match(said, new RegExp(`grant .*"source":"${reader}"`))
  }
  t.match(said, /reader scanner, usb, camera/)
  t.match(said, /which lane\? A or B/)
  t.match(said, /no command "fly"/)
  t.match(said, /\d+ {2}passage +A/)
  t.match(said, /stopping/)
})

t.test('a wrong port is refused', async t => {
  const station = startChild('scripts/station.ts', ['--port', 'eighty'])
  t.equal(await station.exited, 2)
})

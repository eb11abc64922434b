import t from 'tap'
import { createRedactor } from './redact.ts'

const { learn, value, text } = createRedactor(new Uint8Array([1]))
const TAG = /^~[0-9a-f]{8}$/

t.test('what a text may not hold', async t => {
  for (const [words, left] of [
    ['rtsp://admin:hun/te@r2@cam.local/live?key=abc', 'rtsp://cam.local/live?…'],
    ['http://user@cam/video', 'http://cam/video'],
    ['told by li@rail.example yesterday', 'told by <mail> yesterday'],
    ['-----BEGIN PRIVATE KEY-----\nMC4CAQ\n-----END PRIVATE KEY-----', '<key>'],
    ['-----BEGIN PRIVATE KEY-----\nMC4CAQ', '<key>'],
    ['read RP1:6BF XQ$%*+-./:Q', 'read <pass>'],
    [`no prefix ${'6BFXQ'.repeat(9)}`, 'no prefix <pass>'],
    ['passport E12345678 of Li', 'passport <number> of Li'],
    ['110101199003071239', '<number>'],
    ['11010119900307123X', '<number>'],
    ['call +86 138 0013 8000 now', 'call <number> now'],
    ['call 138-0013-8000', 'call <number>'],
  ] as const) {
    t.equal(text(words), left)
  }
  for (const key of [
    'eyJhbGciOiJFUzI1NiJ9eyJzdWIiOiIx',
    '9f86d081884c7d659a2feaa0c55ad015',
    'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A',
    'MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g',
  ]) {
    t.notMatch(text(`key ${key} it`), key.slice(4, 20))
  }
})

t.test('what helps stays', async t => {
  for (const words of [
    '2026-11-29T14:00:00.123Z A.board: DEVICE_UNPLUGGED at /dev/ttyACM0',
    'beamA stays interrupted; the others can not tell who walks which way',
    '/var/lib/wicketgate/data/journal.db: 512 MiB free, 12345 rows',
    'http://127.0.0.1:8080: ECONNREFUSED',
    'v24.11.1',
  ]) {
    t.equal(text(words), words)
  }
})

t.test('by its key: secrets, people, free text; what is alike stays alike', async t => {
  const row = { by: 'Li Wei', reason: 'Wang forgot her key', code: 'ADMIT', at: 1_800_000_000_000 }
  const of = { cti: '00'.repeat(16), d: 'x', password: 'p', passwordFile: 'data/broker.txt' }
  learn([{ modes: row }])
  const said = value([{ ...row, ...of, detail: 'asked by Li Wei' }, row]) as (typeof row &
    typeof of & { detail: string })[]
  t.match(said[0], { by: TAG, reason: '<19 characters>', code: 'ADMIT', at: row.at })
  t.match(said[0], { cti: TAG, d: '<secret>', password: '<secret>', passwordFile: /broker/ })
  t.equal(said[0]?.by, said[1]?.by)
  t.equal(said[0]?.detail, `asked by ${said[0]?.by}`)
  t.same(value({ by: 'service' }), { by: 'service' }, 'no person')
  const other = createRedactor(new Uint8Array([2])).value(row) as typeof row
  t.not(other.by, said[0]?.by, 'of another bundle')
})

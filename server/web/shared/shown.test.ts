import t from 'tap'
import { fromBase64Url, toBase64, toBase64Url } from './bytes.ts'
import { filled, preferred } from './language.ts'
import { maskedNumber } from './masked-number.ts'
import { drawQr } from './qr-code.ts'
import { clockTime, timeLeft } from './shown-time.ts'

const NOON = Date.UTC(2026, 4, 20, 4)
const HOUR_MS = 3_600_000

t.test('what is left: days, hours and minutes, at last seconds', async t => {
  for (const [ms, zh, en] of [
    [90 * 24 * HOUR_MS - 1, '89 天', '89 days'],
    [48 * HOUR_MS, '2 天', '2 days'],
    [48 * HOUR_MS - 60_000, '47 小时 59 分', '47 h 59 min'],
    [23 * HOUR_MS + 12 * 60_000, '23 小时 12 分', '23 h 12 min'],
    [HOUR_MS - 1, '59 分钟', '59 min'],
    [60_000, '1 分钟', '1 min'],
    [59_001, '60 秒', '60 s'],
    [0, '0 秒', '0 s'],
    [-5, '0 秒', '0 s'],
  ] as const) {
    t.equal(timeLeft(ms, 'zh'), zh)
    t.equal(timeLeft(ms, 'en'), en)
  }
})

t.test('times are those of China, wherever the phone is', async t => {
  t.equal(clockTime(NOON, NOON, 'zh'), '12:00')
  t.equal(clockTime(NOON + 24 * HOUR_MS, NOON, 'zh'), '明天 12:00')
  t.equal(clockTime(NOON + 13 * HOUR_MS, NOON, 'en'), 'tomorrow 01:00')
  t.match(clockTime(NOON + 48 * HOUR_MS, NOON, 'en'), /22 12:00|22 May 12:00/)
})

t.test('a number shows its ends alone', async t => {
  t.equal(maskedNumber('11010519491231002X'), '1101 **** **** 002X')
  t.equal(maskedNumber('E1234567'), '**** 4567')
  t.equal(maskedNumber('E12345678'), 'E123 **** **** 5678')
})

t.test('a code of 418 characters has 65 modules and a quiet zone of four on each side', async t => {
  const { side, path } = drawQr(`RP1:${'A'.repeat(414)}`)
  t.equal(side, 73)
  const at = [...path.matchAll(/M(\d+) (\d+)h(\d+)v1h-(\d+)z/g)].map(([, x, y, w]) =>
    [x, y, w].map(Number),
  )
  t.ok(at.length > 500)
  for (const [x = 0, y = 0, width = 0] of at) {
    if (x < 4 || y < 4 || x + width > 69 || y > 68) t.fail(`a dark module at ${x},${y}`)
  }
  t.same(at[0], [4, 4, 7], 'the finder pattern in the corner')
  t.throws(() => drawQr('small letters'))
})

t.test('base64 both ways, also of many bytes', async t => {
  const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 7) % 256)
  t.equal(toBase64(bytes), Buffer.from(bytes).toString('base64'))
  t.equal(
    toBase64Url(bytes.subarray(0, 4)),
    Buffer.from(bytes.subarray(0, 4)).toString('base64url'),
  )
  t.same([...fromBase64Url(toBase64Url(bytes))].length, bytes.length)
  t.throws(() => fromBase64Url('no base64!'))
})

t.test(
  'Chinese of every kind is Chinese; all else English; an unknown value stays a mark',
  async t => {
    for (const [wanted, language] of [
      [['zh-TW', 'en'], 'zh'],
      [['ZH'], 'zh'],
      [['en-GB', 'zh'], 'en'],
      [['de'], 'en'],
      [[], 'zh'],
    ] as const) {
      t.equal(preferred(wanted), language, wanted.join())
    }
    t.equal(filled('{n} of {of}', { n: 0 }), '0 of {of}')
  },
)

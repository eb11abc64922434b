import t from 'tap'
import { RECENT_CODES_MAX, RECENT_MINUTES, recentSchema } from '../contract/health.ts'
import { RECENT_SCANS_MAX } from '../limits.ts'
import { createRecent } from './recent.ts'

const MINUTE_MS = 60_000
const zeros = (count: number) => Array.from({ length: count }, () => 0)

t.test('verdicts and passages by the minute, the last one under way', async t => {
  const recent = createRecent()
  t.same(recent.read(0), { verdicts: {}, passages: zeros(RECENT_MINUTES), scanToRelay: null })
  recent.verdict('ADMIT', 1)
  recent.verdict('ADMIT', MINUTE_MS - 1)
  recent.verdict('STALE_CODE', MINUTE_MS)
  recent.passage(MINUTE_MS)
  recent.verdict('ADMIT', 3 * MINUTE_MS)
  const { verdicts, passages } = recent.read(3 * MINUTE_MS)
  const old = zeros(RECENT_MINUTES - 4)
  t.same(verdicts, { ADMIT: [...old, 2, 0, 0, 1], STALE_CODE: [...old, 0, 1, 0, 0] })
  t.same(passages, [...old, 0, 1, 0, 0])
})

t.test('a code leaves after the last of its minutes, however long nothing comes', async t => {
  const recent = createRecent()
  recent.verdict('ADMIT', 0)
  t.same(recent.read(RECENT_MINUTES * MINUTE_MS - 1).verdicts, {
    ADMIT: [1, ...zeros(RECENT_MINUTES - 1)],
  })
  t.same(recent.read(RECENT_MINUTES * MINUTE_MS).verdicts, {})
  recent.verdict('ADMIT', 1e12)
  t.same(recent.read(1e12).verdicts, { ADMIT: [...zeros(RECENT_MINUTES - 1), 1] })
})

t.test('so many codes and scans, and no more', async t => {
  const recent = createRecent()
  for (let n = 0; n <= RECENT_CODES_MAX; n++) recent.verdict(`CODE_${n}`, 0)
  for (let n = 0; n <= RECENT_SCANS_MAX; n++) recent.relay(n === 0 ? 1e6 : 5, 0)
  const read = recent.read(0)
  t.same(recentSchema.parse(read), read)
  t.equal(Object.keys(read.verdicts).length, RECENT_CODES_MAX)
  t.same(read.scanToRelay, { count: RECENT_SCANS_MAX, p50Ms: 5, p99Ms: 5 }, 'the oldest is gone')
})

t.test('half, and all but one in a hundred, of the scans of the last minutes', async t => {
  const recent = createRecent()
  recent.relay(1e6, 0)
  const nowMs = RECENT_MINUTES * MINUTE_MS
  for (let n = 1; n <= 100; n++) recent.relay(n + 0.001, nowMs)
  t.same(recent.read(nowMs).scanToRelay, { count: 100, p50Ms: 50, p99Ms: 99 })
  t.same(createRecent().read(0).scanToRelay, null)
})

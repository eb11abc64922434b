import t from 'tap'
import {
  applicationMeans,
  type CertificateLife,
  EARLY_REISSUE_MS,
  lifeFrom,
  mayReissue,
  passWindow,
  shanghaiMonth,
  stateOf,
} from './certificate.ts'

const HOUR = 3600_000
const running: CertificateLife = { ...lifeFrom(1_000_000_123), endedAt: null, endReason: null }

t.test('24 hours, to the second', async t => {
  t.same(lifeFrom(1_000_000_999), { validFrom: 1_000_000_000, validUntil: 1_086_400_000 })
  t.equal(stateOf(running, running.validUntil - 1), 'active')
  t.equal(stateOf(running, running.validUntil), 'expired')
  t.equal(stateOf({ ...running, endedAt: 1, endReason: 'replaced' }, 2), 'replaced')
  t.equal(stateOf({ ...running, endedAt: 1 }, 2), 'active', 'ended without a reason: not ended')
  t.equal(stateOf({ ...running, endReason: 'revoked' }, 2), 'active', 'a reason without an end')
})

t.test('early reissue in the last three hours only', async t => {
  const cases: [number, boolean][] = [
    [running.validFrom, false],
    [running.validUntil - 3 * HOUR - 1, false],
    [running.validUntil - 3 * HOUR, true],
    [running.validUntil + HOUR, true],
  ]
  for (const [now, may] of cases) t.equal(mayReissue(running, now), may, String(now))
  t.ok(mayReissue({ ...running, endedAt: 5, endReason: 'revoked' }, running.validFrom + 1))
})

t.test('a pass lives 30 minutes, never past the certificate', async t => {
  const end = running.validUntil / 1000
  t.same(passWindow(running, running.validFrom + 500), {
    iat: running.validFrom / 1000,
    exp: running.validFrom / 1000 + 1800,
  })
  t.equal(passWindow(running, running.validUntil - 30 * 60_000).exp, end)
  t.equal(passWindow(running, running.validUntil - 60_000).exp, end)
})

t.test('the month is Shanghai’s', async t => {
  const cases: [string, string][] = [
    ['2026-01-31T15:59:59.999Z', '2026-01'],
    ['2026-01-31T16:00:00Z', '2026-02'],
    ['2026-12-31T15:59:59Z', '2026-12'],
    ['2026-12-31T16:00:00Z', '2027-01'],
    ['2028-02-29T15:00:00Z', '2028-02'],
  ]
  for (const [at, month] of cases) t.equal(shanghaiMonth(Date.parse(at)), month, at)
})

t.test('an application: the first, a move, or a reissue in the last three hours', async t => {
  const end = running.validUntil
  const cases: [Parameters<typeof applicationMeans>[0], number, string][] = [
    [undefined, end, 'first'],
    [running, running.validFrom, 'move'],
    [running, end - EARLY_REISSUE_MS - 1, 'move'],
    [running, end - EARLY_REISSUE_MS, 'reissue'],
    [running, end - 1, 'reissue'],
    [running, end, 'first'],
    [{ ...running, endedAt: 5, endReason: 'cancelled' }, running.validFrom + 1, 'first'],
  ]
  for (const [life, now, means] of cases) t.equal(applicationMeans(life, now), means, `${now}`)
})

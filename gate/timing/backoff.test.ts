import t from 'tap'
import { pauseMs } from './backoff.ts'

const bounds = { minMs: 500, maxMs: 30_000, jitter: 0.5 }

t.test('it doubles with each failure up to the longest, however often it fails', async t => {
  const pauses = [0, 1, 2, 5, 6, 7, 1e9].map(failures => pauseMs(bounds, failures, 1))
  t.same(pauses, [500, 1000, 2000, 16_000, 30_000, 30_000, 30_000])
})

t.test('chance shortens it by the share that it may, and no more', async t => {
  t.equal(pauseMs(bounds, 1, 0), 500)
  t.equal(pauseMs(bounds, 1, 0.5), 750)
  t.equal(pauseMs({ ...bounds, jitter: 0.1 }, 6, 0), 27_000)
  t.equal(pauseMs({ ...bounds, jitter: 0 }, 1, 0), 1000)
})

t.test('what never waits longer than its first pause does not double', async t => {
  t.equal(pauseMs({ minMs: 600, maxMs: 600, jitter: 0.5 }, 4, 1), 600)
})

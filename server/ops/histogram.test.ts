import t from 'tap'
import { createHistogram } from './histogram.ts'

const NAMED = { name: 'x_seconds', help: 'Time' }

t.test('a bucket counts what is at most as long', t => {
  const histogram = createHistogram(NAMED, [0.1, 1], 10)
  for (const seconds of [0.1, 0.5, 1, 1.5]) histogram.observe('{a="1"}', seconds)
  t.same(histogram.lines(), [
    '# HELP x_seconds Time',
    '# TYPE x_seconds histogram',
    'x_seconds_bucket{a="1",le="0.1"} 1',
    'x_seconds_bucket{a="1",le="1"} 3',
    'x_seconds_bucket{a="1",le="+Inf"} 4',
    'x_seconds_sum{a="1"} 3.1',
    'x_seconds_count{a="1"} 4',
  ])
  t.end()
})

t.test('there are no more series than the maximum, and one for the rest', t => {
  const histogram = createHistogram(NAMED, [1], 2)
  for (let n = 0; n < 5; n++) histogram.observe(`{a="${n}"}`, 0.5)
  const counts = histogram.lines().filter(line => line.startsWith('x_seconds_count'))
  t.same(counts, ['x_seconds_count{a="0"} 1', 'x_seconds_count{a="1"} 1', 'x_seconds_count{} 3'])
  t.ok(histogram.lines().includes('x_seconds_bucket{le="1"} 3'))
  t.end()
})

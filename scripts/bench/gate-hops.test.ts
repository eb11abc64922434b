import t from 'tap'
import { SCAN_HOPS } from '../../gate/timing/scan-hops.ts'
import { hopsOf } from './gate-hops.ts'
import type { ProbeFile } from './hops-file.ts'

/** Marks of one scan: its last byte is read at `fromMs`, then each hop ends a millisecond later. */
const marks = (lane: string, fromMs: number): ProbeFile['hops'] =>
  (['scan', ...SCAN_HOPS] as const).map((hop, index) => ({ lane, hop, atMs: fromMs + index }))

const append = { name: 'appendAll', fromMs: 105, toMs: 105.5 }
const probe: ProbeFile = {
  hops: [...marks('A', 101), ...marks('B', 104), ...marks('A', 301).slice(0, -1)],
  requests: [{ ...append, fromMs: 90, toMs: 104 }, append, { ...append, fromMs: 200, toMs: 201 }],
  pauses: [{ name: 'gc of thread 0', fromMs: 99, toMs: 102 }],
}

t.test('a scan’s hops, and what else ran before its relay', async t => {
  const [scan, ...others] = hopsOf([{ lane: 'A', dueMs: 100, pinMs: 109 }], probe)
  t.same(others, [])
  t.equal(scan?.totalMs, 9)
  t.same(scan?.hops, {
    line: 1,
    read: 1,
    verify: 1,
    decide: 1,
    hand: 1,
    commit: 1,
    open: 1,
    pin: 2,
  })
  t.same(scan?.beside, [
    'appendAll 14.00 from -10.00',
    'gc of thread 0 3.00 from -1.00',
    'own appendAll 0.50 from 5.00',
    'lanes: B scan, B read, B verify, B decide, B hand',
  ])
})

t.test('a scan of which a hop is not known is left out', async t => {
  t.same(hopsOf([{ lane: 'A', dueMs: 300, pinMs: 309 }], probe), [])
  t.same(hopsOf([{ lane: 'C', dueMs: 100, pinMs: 109 }], probe), [])
})

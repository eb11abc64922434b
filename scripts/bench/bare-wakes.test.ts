import { existsSync } from 'node:fs'
import { test } from 'tap'
import { cpuInWindows, scheduledUs, sleepsOf, startBareWakes } from './bare-wakes.ts'

const A_MS = 1_000
/** No process has it: numbers end at 2^22. */
const NOBODY = 2 ** 30

test('CPU time of this process grows by what it works', t => {
  const before = scheduledUs(process.pid)
  const from = process.threadCpuUsage().user
  while (process.threadCpuUsage().user - from < 50 * A_MS);
  const took = scheduledUs(process.pid) - before
  t.ok(took > 25 * A_MS, `50 ms of work: ${took} µs`)
  t.end()
})

test('of a process that is gone nothing is counted', t => {
  t.equal(scheduledUs(NOBODY), 0)
  t.equal(sleepsOf(NOBODY), 0)
  t.end()
})

test('bare processes wake as often as asked, and are gone once stopped', async t => {
  const { pids, stop } = await startBareWakes([2, 50])
  const before = pids.map(sleepsOf)
  const took = await cpuInWindows(pids, 2, 500)
  const [seldom, often] = pids.map((pid, i) => sleepsOf(pid) - (before[i] as number))
  t.ok((often as number) > 3 * (seldom as number), `${often} wakes against ${seldom}`)
  t.same(
    took.map(windows => windows.length),
    [2, 2],
  )
  t.ok(took.flat().every(us => us >= 0))
  await stop()
  t.notOk(pids.some(pid => existsSync(`/proc/${pid}`)))
})

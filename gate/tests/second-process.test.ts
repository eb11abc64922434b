/** Two gate processes on one data folder: the second ends at once, and nothing changes for the first. */

import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import type { Child } from '../../fixtures/child.ts'
import { fireOpens } from '../../fixtures/fire-opens.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { DataInUseError, LOCK_FILE, lockData, PID_FILE } from '../files/data-lock.ts'
import { PID_CHARS_MAX } from '../limits.ts'

const WITHIN_MS = 1000
/** The best of these: a machine that others share may be late, a gate may not. */
const TRIES = 3
const factory = await makeTrust(join(tempDir(), 'trust'))

/** A gate in service on a simulated lane; stopped at the end. */
async function running(t: Test, dir: string) {
  const lane = await createSimLane('A', 'entry')
  t.teardown(() => lane.close())
  const lone = createLoneGate(dir, factory, lane)
  const gate = await lone.inService()
  t.teardown(() => gate.stop())
  await gate.line('the last row of a first start', line => line.event === 'config')
  return { lane, lone, gate }
}

/** How a second process ended, the fastest of a few. */
async function second(start: () => Child) {
  let best = { code: null as number | null, ms: Number.POSITIVE_INFINITY, errors: '' }
  for (let n = 0; n < TRIES && best.ms > WITHIN_MS; n++) {
    const fromMs = performance.now()
    const child = start()
    const code = await child.exited
    best = { code, ms: performance.now() - fromMs, errors: child.errors() }
  }
  return best
}

t.test(
  'the second ends with 1 in a second, naming folder and process; the first goes on',
  async t => {
    const { lane, lone, gate } = await running(t, tempDir())
    const journal = join(lone.data, 'journal.db')
    const before = readJournal(journal)
    const { code, ms, errors } = await second(() => lone.start())
    t.equal(code, 1)
    t.ok(ms < WITHIN_MS, `${Math.round(ms)} ms`)
    t.match(errors, `${lone.data} is in use by the gate process ${gate.pid}:`)
    t.match(errors, /Stop that one first .*or name another folder under "data"/)
    const after = readJournal(journal)
    t.same(after.slice(0, before.length), before, 'what was there is there')
    t.equal(after.filter(row => row.kind === 'boot').length, 1, 'and nobody else began')
    t.ok(gate.lines.every(line => line.code !== 'DEVICE_BUSY'))
    t.ok(await fireOpens(lane))
  },
)

t.test('enrolment beside a running gate says what to do, and the code is not used', async t => {
  const { lane, lone, gate } = await running(t, tempDir())
  let requests = 0
  const service = createServer((_, response) => {
    requests += 1
    response.end()
  })
  await new Promise<void>(resolve => service.listen(0, '127.0.0.1', resolve))
  t.teardown(() => service.close())
  const { port } = service.address() as AddressInfo
  lone.write({ ...lone.config, service: { url: `http://127.0.0.1:${port}` } })
  const child = lone.start('--enrol', 'CODE')
  t.equal(await child.exited, 1)
  t.match(child.errors(), `in use by the gate process ${gate.pid}`)
  t.match(child.errors(), /Stop that one first/)
  t.equal(requests, 0)
  t.ok(await fireOpens(lane))
  await gate.stop()
})

t.test('the lock ends with its process: killed, and a stale file holds up nobody', async t => {
  const { lane, lone, gate } = await running(t, tempDir())
  gate.signal('SIGKILL')
  await gate.exited
  t.ok(existsSync(join(lone.data, LOCK_FILE)), 'the file is left')
  t.equal(readFileSync(join(lone.data, PID_FILE), 'utf8'), `${gate.pid}\n`, 'and the number')
  const next = await lone.inService()
  t.teardown(() => next.stop())
  t.equal(readFileSync(join(lone.data, PID_FILE), 'utf8'), `${next.pid}\n`)
  const { errors } = await second(() => lone.start())
  t.match(errors, `in use by the gate process ${next.pid}`)
  t.ok(await fireOpens(lane))
  t.equal(await next.stop(), 0)
  t.notOk(existsSync(join(lone.data, PID_FILE)), 'a stop leaves no number')
})

t.test('another config in the same process keeps the lock', async t => {
  const { lane, lone, gate } = await running(t, tempDir())
  const seen = new Set(gate.lines)
  lone.write({ ...lone.config, journal: { keepMs: 86_400_000 } })
  gate.signal('SIGHUP')
  await gate.line('in service', line => !seen.has(line) && line.state === 'Locked')
  const { code, errors } = await second(() => lone.start())
  t.equal(code, 1)
  t.match(errors, `in use by the gate process ${gate.pid}`)
  t.ok(await fireOpens(lane))
  await gate.stop()
})

t.test('within one process too; let go, it can be had again', async t => {
  const dir = tempDir()
  const lock = lockData(dir, 0)
  t.throws(() => lockData(dir, 0), DataInUseError)
  t.equal(lock.look(), 'held')
  lock.release()
  const again = lockData(dir, 0)
  t.ok(again.held())
  again.release()
})

t.test('the lock’s file deleted: it is locked anew, unless another process was faster', async t => {
  const dir = tempDir()
  const lock = lockData(dir, 0)
  rmSync(join(dir, LOCK_FILE))
  t.equal(lock.look(), 'anew')
  t.equal(lock.look(), 'held')
  t.throws(() => lockData(dir, 0), DataInUseError)
  rmSync(join(dir, LOCK_FILE))
  const other = lockData(dir, 0)
  t.equal(lock.look(), 'lost')
  other.release()
  t.equal(lock.look(), 'anew')
  lock.release()
})

t.test('a number that is none is not told', async t => {
  const dir = tempDir()
  const lock = lockData(dir, 0)
  t.teardown(() => lock.release())
  const told = (text: string): string => {
    writeFileSync(join(dir, PID_FILE), text)
    try {
      lockData(dir, 0)
      return ''
    } catch (error) {
      return (error as Error).message
    }
  }
  for (const text of ['', 'abc', '1'.repeat(PID_CHARS_MAX + 1)]) {
    t.match(told(text), `${dir} is in use by another gate process:`)
  }
  t.match(told('1'.repeat(PID_CHARS_MAX)), /the gate process 1111111111:/)
  rmSync(join(dir, PID_FILE))
  t.match(told(String(process.pid)), `by the gate process ${process.pid}`)
})

/** Small programs that are loaded with the probe, and what it kept of their event loop. */
import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import t, { type Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { BEAT_MS, PROBE_FOLDER, readBeats } from './loop-file.ts'

const PROBE = new URL('./loop-probe.ts', import.meta.url)
const BUSY_MS = 80
/** A tick of the kernel: thread times are no finer. */
const TICK_MS = 4

/** One that the probe kept from its end is ended. */
const ENDS_MS_MAX = 20_000

/** CPU time of the thread that calls it, spent in one turn. */
const SPEND = `
  const cpuMs = () => { const { user, system } = process.threadCpuUsage(); return (user + system) / 1000 }
  const spend = ms => { for (const from = cpuMs(); cpuMs() - from < ms;); }
`
/** Once a beat was told, what it prints: the times between which it was at work. */
const END = `setTimeout(() => console.log(JSON.stringify([from, Date.now()])), ${4 * BEAT_MS})`

/** Runs a program with the probe; with `folder` undefined nobody asked the probe for anything. */
async function run(t: Test, program: string, folder: string | undefined) {
  const { [PROBE_FOLDER]: _, ...env } = process.env
  const child = spawn(process.execPath, ['--import', PROBE.href, '--eval', SPEND + program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: ENDS_MS_MAX,
    env: { ...env, ...(folder !== undefined && { [PROBE_FOLDER]: folder }) },
  })
  const [said, code] = await Promise.all([
    text(child.stdout),
    new Promise(resolve => child.once('exit', resolve)),
  ])
  t.equal(code, 0)
  const [from, to] = JSON.parse(said) as [number, number]
  return { pid: child.pid ?? 0, from, to }
}

t.test('CPU time that one turn takes is in one beat as a whole', async t => {
  const folder = tempDir()
  const program = `setTimeout(() => { const from = Date.now(); spend(${BUSY_MS}); ${END} }, 20)`
  const { pid, from, to } = await run(t, program, folder)
  const beats = readBeats(folder, pid, from, to + 1).map(([, cpuMs]) => cpuMs)
  const [longest = 0, second = 0] = beats.toSorted((a, b) => b - a)
  t.ok(longest >= BUSY_MS - TICK_MS, `${longest} ms`)
  t.ok(beats.length > 1 && second < BUSY_MS / 2, `none of it in another: ${second} ms`)
})

t.test('CPU time of another thread is in none', async t => {
  const folder = tempDir()
  const thread = `${SPEND} spend(${BUSY_MS}); require('node:worker_threads').parentPort.postMessage('')`
  const program = `
    const { Worker } = require('node:worker_threads')
    const worker = new Worker(${JSON.stringify(thread)}, { eval: true })
    worker.once('online', () => {
      const from = Date.now()
      worker.once('message', () => { ${END} })
    })`
  const { pid, from, to } = await run(t, program, folder)
  const beats = readBeats(folder, pid, from, to + 1).map(([, cpuMs]) => cpuMs)
  t.ok(beats.length > 0, `${beats.length} beats`)
  const sum = beats.reduce((all, cpuMs) => all + cpuMs, 0)
  t.ok(sum < BUSY_MS / 2, `${sum} ms`)
  t.same(readdirSync(folder), [`${pid}.json`], 'a process has one file')
})

t.test('without a folder it keeps nothing, and keeps no program from its end', async t => {
  const folder = tempDir()
  await run(t, `const from = Date.now(); ${END}`, undefined)
  t.same(readdirSync(folder), [])
})

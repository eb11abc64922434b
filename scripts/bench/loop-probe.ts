/**
 * Loaded before a program's own modules: how much CPU time of its own the event loop's thread takes
 * from one beat of a timer to the next, written to a file at the end. Work that holds the loop up is
 * in one of them as a whole; what other programs of the machine hold up is in none. Exact to a tick of
 * the kernel, 4 ms.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { BEAT_MS, type LoopBeat, PROBE_FOLDER } from './loop-file.ts'

const folder = process.env[PROBE_FOLDER]
if (folder !== undefined && isMainThread) {
  const beats: LoopBeat[] = []
  const taken = () => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1000
  }
  let before = taken()
  setInterval(() => {
    const now = taken()
    beats.push([Date.now(), now - before])
    before = now
  }, BEAT_MS).unref()
  process.once('exit', () => {
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(beats))
  })
}

/**
 * Loaded before a gate's own modules, in its main thread and in each other: keeps what it tells of
 * hops and requests, and when the collector ran, and writes it to a file when the thread ends.
 */
import { subscribe, tracingChannel } from 'node:diagnostics_channel'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PerformanceObserver } from 'node:perf_hooks'
import { isMainThread, threadId } from 'node:worker_threads'
import {
  HOP_CHANNEL,
  type HopMark,
  REQUEST_CHANNEL,
  type RequestMark,
} from '../../gate/timing/scan-hops.ts'
import { hopsOffsetMs, PROBE_FOLDER, type ProbeFile, watchLoop } from './hops-file.ts'

const folder = process.env[PROBE_FOLDER]
if (folder !== undefined) {
  const offsetMs = hopsOffsetMs()
  const file: ProbeFile = { hops: [], requests: [], pauses: [] }
  subscribe(HOP_CHANNEL, message => {
    const { lane, hop, atMs } = message as HopMark
    file.hops.push({ lane, hop, atMs: atMs + offsetMs })
  })
  let fromMs = 0
  tracingChannel<RequestMark>(REQUEST_CHANNEL).subscribe({
    start() {
      fromMs = performance.now() + offsetMs
    },
    end({ name }) {
      file.requests.push({ name, fromMs, toMs: performance.now() + offsetMs })
    },
    ...{ asyncStart() {}, asyncEnd() {}, error() {} },
  })
  new PerformanceObserver(list => {
    for (const { startTime, duration } of list.getEntries()) {
      const fromMs = startTime + offsetMs
      file.pauses.push({ name: `gc of thread ${threadId}`, fromMs, toMs: fromMs + duration })
    }
  }).observe({ entryTypes: ['gc'] })
  const lateness = isMainThread ? watchLoop() : undefined
  process.once('exit', () => {
    if (lateness !== undefined) file.loop = lateness()
    writeFileSync(join(folder, `${process.pid}-${threadId}.json`), JSON.stringify(file))
  })
}

/** Many gates on the fleet's page by a stream of the test's own, in the page: what it tells, and what it cost. */
import type { CDPSession, Page } from 'playwright-core'
import type { GateRow } from '../fleet/gate-row.ts'
import { BUSY } from './fleet-gates.ts'

/** All of a gate that is well. */
export const gateRow = (i: number): GateRow => ({
  ...{ gate: `gate-${i}`, station: `station-${i % 20}`, enrolledAt: 1, seenAt: 1, reportedAt: 1 },
  ...{
    offline: false,
    software: '0.3.1',
    clock: 'TRUSTED',
    clockOffsetMs: 3,
    queue: 0,
    waiting: 0,
  },
  ...{ disk: null, alarms: [], recent: BUSY },
  trust: { stage: 'FRESH', version: 1, manifestVersion: 7, manifestAgeMs: 400 },
  config: { given: 0, runs: null, drift: false },
  lanes: [{ name: 'A', state: 'Locked', serves: true, modes: [] }],
})

/** What of it differs after so many reports. */
export const reported = (i: number, now: number, round: number) => ({
  ...{ gate: `gate-${i}`, queue: (round + i) % 9, reportedAt: now + round },
})

export const ALARM = { code: 'READER_LOST', lane: 'A', since: 1, severity: 'soon' } as const

/** A second in which all report, one gate is in alarm, one is retired and the one before it comes back. */
export function unrest(gates: number, round: number, now: number) {
  const gone = round % gates
  const back = (round + gates - 1) % gates
  const rows = Array.from({ length: gates }, (_, i) => {
    const report = reported(i, now, round)
    if (i === back) return { ...gateRow(i), ...report }
    return { ...report, alarms: i === (round * 7) % gates ? [ALARM] : [] }
  })
  return { at: now + round, rows: rows.filter((_, i) => i !== gone), gone: [`gate-${gone}`] }
}

/** Runs in the page before anything else: a stream whose events `tell` brings. */
export function replaceStream(): void {
  class HandSource extends EventTarget {
    onerror = () => {}
    constructor() {
      super()
      Object.assign(window, { stream: this })
    }
    close() {}
  }
  Object.assign(window, { EventSource: HandSource })
}

/** An event of the stream. Resolves when a frame was drawn after it. */
export const tell = (page: Page, event: string, data: object) =>
  page.evaluate(
    ([name, text]) => {
      const { stream } = window as unknown as { readonly stream: EventTarget }
      stream.dispatchEvent(new MessageEvent(name as string, { data: text as string }))
      return new Promise(requestAnimationFrame)
    },
    [event, JSON.stringify(data)],
  )

export interface TabUse {
  /** Milliseconds of the page's own thread since it was opened. */
  readonly busyMs: number
  /** After a collection. */
  readonly bytes: number
  readonly nodes: number
  readonly listeners: number
}

/** `session`: of the page, with `Performance.enable` sent. */
export async function tabUse(session: CDPSession): Promise<TabUse> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize: bytes } = await session.send('Runtime.getHeapUsage')
  const { nodes, jsEventListeners: listeners } = await session.send('Memory.getDOMCounters')
  const { metrics } = await session.send('Performance.getMetrics')
  const busyMs = 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0)
  return { busyMs, bytes, nodes, listeners }
}

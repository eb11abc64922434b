/**
 * A gate's line to its service, for tests: a real journal in memory, the real uploader, and whoever
 * plays the service: a function in virtual time, or a server on this machine.
 */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import type { Test } from 'tap'
import { createVirtualTime, settle } from '../../../fixtures/clock.ts'
import { SYSTEM } from '../../../fixtures/system-ports.ts'
import type { Timers } from '../../../hardware/ports.ts'
import { until } from '../../../hardware/sim/until.ts'
import type { AlarmCode } from '../../contract/codes.ts'
import type { Upload } from '../../contract/events.ts'
import { type Identity, loadIdentity } from '../../net/identity.ts'
import {
  createServiceClient,
  type ServiceAnswer,
  type ServiceClient,
} from '../../net/service-client.ts'
import { openJournalDatabase } from '../../store/database.ts'
import { createJournalCore } from '../../store/journal-core.ts'
import { createUploader, type UploadReport } from '../../uplink/upload.ts'

export interface LineParts {
  readonly client: Pick<ServiceClient, 'post' | 'close'>
  readonly timers: Timers
  readonly monotonicMs: () => number
  readonly gate?: string
}

/** A journal of `rows` rows with its uploader. */
export function createLine(rows: number, parts: LineParts) {
  let epochs = 0
  const { db } = openJournalDatabase(':memory:', 1)
  const core = createJournalCore(db, () => String(++epochs).padStart(16, '0'))
  const add = () =>
    core.append({ at: 1, clock: 'TRUSTED', lane: '', kind: 'boot', body: { station: 'north' } })
  for (let i = 0; i < rows; i++) add()
  const reports: UploadReport[] = []
  const alarms: (readonly [AlarmCode, string])[] = []
  let appended = () => {}
  const uploader = createUploader({
    gate: 'g1',
    journal: {
      pending: async ask => core.pending(ask),
      acknowledge: async (epoch, next) => core.acknowledge(epoch, next),
      refuse: async refusal => core.refuse(refusal),
      fork: async (epoch, entry, mayOpen) => core.fork(epoch, entry, mayOpen),
      behind: async (epoch, next, entry, mayOpen) => core.behind(epoch, next, entry, mayOpen),
      onAppended: listener => {
        appended = listener
      },
    },
    random: () => 1,
    now: () => ({ nowMs: 9, state: 'TRUSTED' }),
    onReport: report => reports.push(report),
    onAlarm: (code, detail) => alarms.push([code, detail]),
    ...parts,
  })
  const append = () => {
    add()
    appended()
  }
  const epochsOpened = () => epochs
  const cursor = () =>
    db.prepare('SELECT acknowledged FROM epochs ORDER BY ordinal').all()[0]?.acknowledged
  const count = () => Number(db.prepare('SELECT count(*) AS n FROM rows').get()?.n)
  return { db, core, reports, alarms, uploader, append, epochsOpened, cursor, count }
}

/** A service that answers 200 unless `answer` says otherwise, in virtual time. */
export function line(rows: number, answer: (upload: Upload) => Partial<ServiceAnswer>) {
  const time = createVirtualTime()
  const sent: Upload[] = []
  const made = createLine(rows, {
    client: {
      post: async (_path, body) => {
        sent.push(body as Upload)
        return { status: 200, body: undefined, ...answer(body as Upload) }
      },
      close: () => {},
    },
    timers: time.timers,
    monotonicMs: time.clock.monotonicMs,
  })
  /** Until nothing is left to be sent, or `forMs` of virtual time are over. */
  async function run(forMs: number): Promise<void> {
    void made.uploader.flush()
    for (let ms = 0; ms < forMs && made.core.pending() !== undefined; ms += 250) {
      await settle(5)
      await time.advanceAsync(250)
    }
    await settle(5)
  }
  return { ...made, time, sent, run }
}

/** What an honest service says of a batch. */
export const stored = (upload: Upload) => ({ body: { next: (upload.rows.at(-1)?.seq ?? 0) + 1 } })

/** Timers whose pauses pass at once, on a clock that says how long they were. */
function createSkippingTime() {
  let nowMs = 0
  const pausesMs: number[] = []
  const timers: Timers = {
    after(delayMs, run) {
      pausesMs.push(delayMs)
      const timer = setImmediate(() => {
        nowMs += delayMs
        run()
      })
      return () => clearImmediate(timer)
    },
  }
  return { timers, pausesMs, monotonicMs: () => nowMs }
}

/** The real client to a real server at `url`; pauses between its requests take no time. */
export function lineTo(t: Test, rows: number, url: string, gate = 'g1', known?: Identity) {
  const time = createSkippingTime()
  const identity = known ?? loadIdentity(t.testdir(), 0)
  const redirects: string[] = []
  const onRedirect = (where: string) => redirects.push(where)
  const client = createServiceClient({
    ...SYSTEM,
    url,
    timeoutMs: 5000,
    identity,
    fetch,
    onRedirect,
  })
  const made = createLine(rows, { client, gate, ...time })
  t.teardown(() => made.uploader.close())
  /** Resolves once `holds`, rejects after ten seconds without. */
  const sentAll = () => until('all rows are sent', () => made.core.pending() === undefined)
  return { ...made, ...time, redirects, until, sentAll }
}

/** Serves a Hono application on 127.0.0.1; gives its address. Ends with the test. */
export async function serveApp(t: Test, app: Hono): Promise<string> {
  const server = createServer(getRequestListener(app.fetch))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

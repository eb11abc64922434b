/**
 * The fleet's page at work: 500 gates that report each second, and 50 windows on the stream over
 * loopback. CPU time of the service with them against without, in turns; how soon a report is seen;
 * how soon a window has its first screen.
 */
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Figure, figure } from './figure.ts'
import type { FleetCost, FleetReady } from './server-fleet-peer.ts'
import { type FleetViewer, openViewer } from './server-fleet-viewers.ts'
import type { Ground } from './server-ground.ts'
import { inUnits, median, spreadOf, tailSpread } from './spread.ts'

const PART = 'server'
const GATES = 500
const VIEWERS = 50
const ROUNDS = 3
const ROUND_MS = 5000
/** One address is allowed so many requests a second. */
const BETWEEN_VIEWERS_MS = 60

type AskCost = () => Promise<FleetCost>

export async function fleetFigures(ground: Ground): Promise<Figure[]> {
  const args = [ground.folder(), GATES, VIEWERS].map(String)
  const peer = fork(join(import.meta.dirname, 'server-fleet-peer.ts'), args)
  const said = async <T>() => (await once(peer, 'message'))[0] as T
  const askCost: AskCost = () => {
    const answer = said<FleetCost>()
    peer.send('cost')
    return answer
  }
  try {
    return figuresOf(await watched(await said<FleetReady>(), askCost))
  } finally {
    peer.disconnect()
  }
}

/** CPU of a report, milliseconds, and how many came. */
interface Span {
  readonly msAReport: number
  readonly reports: number
}

interface Measured {
  readonly alone: readonly Span[]
  readonly seen: readonly Span[]
  readonly delaysMs: readonly number[]
  readonly snapshotsMs: readonly number[]
  readonly bytesAReport: number
}

async function watched({ port, cookies }: FleetReady, askCost: AskCost): Promise<Measured> {
  const delaysMs: number[] = []
  const snapshotsMs: number[] = []
  const alone: Span[] = []
  const seen: Span[] = []
  let bytesAReport = 0
  // The version that a report gives is the time at which it was made.
  const see = (software: string) => delaysMs.push(Date.now() - Number(software.slice(2)))
  await sleep(ROUND_MS)
  for (let round = 0; round < ROUNDS; round++) {
    alone.push(await spanOf(askCost))
    const viewers: FleetViewer[] = []
    for (let n = 0; n < VIEWERS; n++) {
      const cookie = cookies[n % cookies.length] ?? ''
      viewers.push(await openViewer(port, cookie, n === 0 ? see : undefined))
      await sleep(BETWEEN_VIEWERS_MS)
    }
    const before = viewers[0]?.bytes() ?? 0
    const span = await spanOf(askCost)
    bytesAReport = ((viewers[0]?.bytes() ?? 0) - before) / span.reports
    for (const viewer of viewers) viewer.close()
    snapshotsMs.push(...viewers.map(({ snapshotMs }) => snapshotMs))
    seen.push(span)
    await sleep(ROUND_MS / 5)
  }
  return { alone, seen, delaysMs, snapshotsMs, bytesAReport }
}

async function spanOf(askCost: AskCost): Promise<Span> {
  const before = await askCost()
  await sleep(ROUND_MS)
  const after = await askCost()
  const reports = after.reports - before.reports
  return { msAReport: (after.cpuUs - before.cpuUs) / 1000 / Math.max(1, reports), reports }
}

function figuresOf(of: Measured): Figure[] {
  const msAlone = median(of.alone.map(({ msAReport }) => msAReport))
  const extraMs = median(of.seen.map((span, n) => span.msAReport - (of.alone[n]?.msAReport ?? 0)))
  // What a report costs is measured; at full rate there are GATES of them a second.
  const share = (ms: number) => (ms * GATES) / 1000
  const reports = [...of.alone, ...of.seen].reduce((sum, span) => sum + span.reports, 0)
  const p99 = tailSpread(of.delaysMs, 0.99)
  const slowest = Math.max(...of.snapshotsMs)
  return [
    figure(PART, `fleet: ${GATES} gates, reports a second`, [
      reports / ((2 * ROUNDS * ROUND_MS) / 1000),
      '',
    ]),
    figure(PART, 'fleet: storing these, of a core', [share(msAlone) * 100, '%']),
    figure(PART, `fleet: ${VIEWERS} viewers more, of a core`, [share(extraMs) * 100, '%'], {
      ...{ limit: '10 % of a core', ratio: share(extraMs) / 0.1, goal: '≤ 1.00' },
    }),
    figure(PART, 'fleet: to each viewer, a report', [of.bytesAReport, 'bytes']),
    figure(PART, 'fleet: a report to its event, p50', [spreadOf(of.delaysMs), 'ms']),
    figure(PART, 'fleet: a report to its event, p99', [p99, 'ms'], {
      ...{ limit: '1 s', ratio: inUnits(p99, 1000), goal: '≤ 1.00' },
    }),
    figure(PART, 'fleet: first snapshot, p50', [spreadOf(of.snapshotsMs), 'ms']),
    figure(PART, 'fleet: first snapshot, slowest of all viewers', [slowest, 'ms'], {
      ...{ limit: '1 s', ratio: slowest / 1000, goal: '≤ 1.00' },
    }),
  ]
}

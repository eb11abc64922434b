/**
 * `npm run bench -- station`: the station's page while people rush through both lanes. Frames by the browser's
 * own pictures; CPU of the page by its renderer's process, of the page's server by what the station's process
 * takes more while somebody looks. A busy machine draws fewer frames.
 */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { type Child, startChild } from '../../fixtures/child.ts'
import { until } from '../../hardware/sim/until.ts'
import { RUN_PATH } from '../../server/web/station/protocol.ts'
import {
  noBrowser,
  openContext,
  type Setting,
  startBrowser,
} from '../../server/web/testing/browser.ts'
import { cpuMsOf, readProc } from './cpu-time.ts'
import { type Figure, figure } from './figure.ts'
import { inUnits, type Measure, median, spreadOf } from './spread.ts'

const PART = 'station'
const DESK: Setting = { language: 'en', theme: 'light', width: 1440, height: 900, density: 1 }
/** In turns: nobody looks, somebody looks. */
const ROUNDS = 3
const ROUND_MS = 8000
const SEND_MS = 700
/** Who comes: half of them walk through, half are refused and turn back. */
const RUSH = ['valid A', 'menu B', 'luggage A', 'valid B', 'menu A', 'pair A'] as const
const FRAMES_MIN = 60
const PAGE_PERCENT_MAX = 30
const SERVER_PERCENT_MAX = 10

interface Looked {
  readonly framesPerSecond: number
  /** Of one core, percent. */
  readonly page: number
  readonly browser: number
  readonly station: number
}

export async function benchStation(): Promise<Figure[]> {
  if (noBrowser !== false) throw new Error(noBrowser)
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  const args = ['--port', '0', '--quiet', '--dir', dir]
  const station = startChild('scripts/station.ts', args, { typed: true })
  try {
    const url = await addressOf(station)
    const rush = startRush(url)
    try {
      return figuresOf(await measure(station, url))
    } finally {
      rush.end()
    }
  } finally {
    await station.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function addressOf(station: Child): Promise<string> {
  const found = () => /station +(http:\/\/\S+)/.exec(station.errors())?.[1]
  await until('the station', () => found() !== undefined)
  return found() ?? ''
}

function startRush(url: string) {
  const { origin } = new URL(url)
  let sent = 0
  const timer = setInterval(() => {
    const line = `send ${RUSH[sent++ % RUSH.length]}`
    const headers = { origin, 'content-type': 'application/json' }
    const body = JSON.stringify({ line })
    // When too many are under way already, nobody comes.
    fetch(new URL(RUN_PATH, url), { method: 'POST', headers, body }).catch(() => {})
  }, SEND_MS)
  return { end: () => clearInterval(timer) }
}

/** Rounds of both kinds in turn; the first of each, in which code gets warm, is thrown away. */
async function measure(station: Child, url: string) {
  const browser = await startBrowser()
  const alone: number[] = []
  const looked: Looked[] = []
  try {
    const context = await openContext(browser, DESK)
    const page = await context.newPage()
    for (let round = 0; round <= ROUNDS; round++) {
      await page.goto('about:blank')
      const from = cpuMsOf(station.pid)
      await page.waitForTimeout(ROUND_MS)
      const share = (100 * (cpuMsOf(station.pid) - from)) / ROUND_MS
      await page.goto(url)
      await page.locator('[data-body]').first().waitFor()
      const one = await look(station, page)
      if (round === 0) continue
      alone.push(share)
      looked.push(one)
    }
    return { alone, looked }
  } finally {
    await browser.close()
  }
}

async function look(station: Child, page: Page): Promise<Looked> {
  const ofStation = [station.pid, ...descendants(station.pid)]
  const chromium = descendants(process.pid).filter(pid => !ofStation.includes(pid))
  const renderers = chromium.filter(pid => readProc(pid, 'cmdline').includes('--type=renderer'))
  const cpu = (pids: readonly number[]) => pids.reduce((sum, pid) => sum + cpuMsOf(pid), 0)
  const before = [cpu(renderers), cpu(chromium), cpuMsOf(station.pid)] as const
  const { frames, ms } = await page.evaluate(forMs => {
    return new Promise<{ frames: number; ms: number }>(resolve => {
      const from = performance.now()
      let frames = 0
      requestAnimationFrame(function count(now) {
        if (now - from >= forMs) return resolve({ frames, ms: now - from })
        frames += 1
        requestAnimationFrame(count)
      })
    })
  }, ROUND_MS)
  const share = (now: number, was: number) => (100 * (now - was)) / ms
  return {
    framesPerSecond: (1000 * frames) / ms,
    page: share(cpu(renderers), before[0]),
    browser: share(cpu(chromium), before[1]),
    station: share(cpuMsOf(station.pid), before[2]),
  }
}

/** All processes below one. */
function descendants(of: number): number[] {
  const parents = new Map(
    readdirSync('/proc')
      .map(Number)
      .filter(pid => pid > 0)
      .map(pid => [pid, Number(readProc(pid, 'stat').split(') ').at(-1)?.split(' ')[1])]),
  )
  const below = (pid: number): number[] =>
    [...parents].filter(([, parent]) => parent === pid).flatMap(([one]) => [one, ...below(one)])
  return below(of)
}

function figuresOf({ alone, looked }: Awaited<ReturnType<typeof measure>>): Figure[] {
  const of = (what: keyof Looked) => spreadOf(looked.map(one => one[what]))
  const frames = of('framesPerSecond')
  const server = Math.max(0, of('station').mid - median(alone))
  const atMost = (max: number, ratio: Measure) =>
    ({ limit: `${max} % of a core`, ratio, goal: '≤1' }) as const
  return [
    figure(PART, 'frames of the page in a rush', [frames, 'a second'], {
      ...{ limit: `${FRAMES_MIN} a second`, ratio: inUnits(frames, FRAMES_MIN), goal: '≥0.98' },
    }),
    figure(
      PART,
      'the page',
      [of('page'), '% of a core'],
      atMost(PAGE_PERCENT_MAX, inUnits(of('page'), PAGE_PERCENT_MAX)),
    ),
    figure(
      PART,
      'the page’s server',
      [server, '% of a core'],
      atMost(SERVER_PERCENT_MAX, server / SERVER_PERCENT_MAX),
    ),
    figure(PART, 'the station’s process, nobody looks', [spreadOf(alone), '% of a core']),
    figure(PART, 'the station’s process, somebody looks', [of('station'), '% of a core']),
    figure(PART, 'Chromium, all of it', [of('browser'), '% of a core']),
  ]
}

/**
 * `npm run bench -- web --only passenger`: the passenger's page on a cheap phone with a bad network, by Chromium's
 * throttles: 4 times slower than this machine, 400 kbit/s, 400 ms to the first byte. By the clock, so
 * a busy machine makes it slower than it is.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { TEXTS } from '../../server/web/passenger/texts.ts'
import {
  atScreen,
  noBrowser,
  openContext,
  PHONE,
  startBrowser,
} from '../../server/web/testing/browser.ts'
import { openPageWorld, type PageWorld } from '../../server/web/testing/page-world.ts'
import { slowDown } from '../../server/web/testing/slow-phone.ts'
import { type BenchHow, type Figure, figure } from './figure.ts'
import { benchFleetTab } from './fleet-tab.ts'
import { inUnits, spreadOf } from './spread.ts'

const PART = 'web'
const FIRST_ROUNDS = 7
/** One in seven takes twice as long as the others: seven rounds may have three of them, or none. */
const INSTALLED_ROUNDS = 21
const FIRST_MS_MAX = 6_000
const CODE_MS_MAX = 1_500
const SAID = TEXTS[PHONE.language]

/** `--only`. */
export const WEB_STEPS = ['passenger', 'fleet'] as const

export async function benchWeb({ only, print }: BenchHow): Promise<Figure[]> {
  const passenger = only === 'fleet' ? [] : await benchPassenger()
  const fleet = only === 'passenger' ? [] : await benchFleetTab(print)
  return [...passenger, ...fleet]
}

async function benchPassenger(): Promise<Figure[]> {
  if (noBrowser !== false) throw new Error(noBrowser)
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  const pageWorld = await openPageWorld(dir)
  const browser = await startBrowser()
  try {
    const first = await firstVisits(browser, pageWorld)
    const { online, offline } = await installed(browser, pageWorld)
    return [
      ...figures('first visit, until one can apply', first, FIRST_MS_MAX),
      ...figures('installed, until a code is shown', online, CODE_MS_MAX),
      ...figures('installed and offline, until a code is shown', offline, CODE_MS_MAX),
    ]
  } finally {
    await browser.close()
    await pageWorld.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

function figures(what: string, roundsMs: readonly number[], maxMs: number): Figure[] {
  const ms = spreadOf(roundsMs)
  return [
    figure(PART, what, [ms, 'ms'], { limit: `${maxMs} ms`, ratio: inUnits(ms, maxMs), goal: '≤1' }),
    figure(PART, `${what}, slowest of ${roundsMs.length}`, [Math.max(...roundsMs), 'ms']),
  ]
}

/** Each in a browser without a past. */
async function firstVisits(browser: Browser, { url }: PageWorld): Promise<number[]> {
  const rounds: number[] = []
  for (let round = 0; round < FIRST_ROUNDS; round++) {
    const context = await openContext(browser, PHONE)
    const page = await context.newPage()
    const phone = await slowDown(context, page, 'main[data-at="welcome"] button')
    rounds.push(await phone.open(url))
    await context.close()
  }
  return rounds
}

/** A phone with a certificate, online and then offline. */
async function installed(browser: Browser, pageWorld: PageWorld) {
  const context = await openContext(browser, PHONE)
  const page = await context.newPage()
  await page.goto(pageWorld.url)
  await page.getByRole('button', { name: SAID['claim.open'] }).click()
  await page.getByLabel(SAID['claim.code']).fill(await pageWorld.windowCode())
  await page.getByRole('button', { name: SAID['claim.do'] }).click()
  await atScreen(page, 'certificate')
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
  const phone = await slowDown(context, page, '.qr path')
  const rounds = async () => {
    const all: number[] = []
    for (let round = 0; round < INSTALLED_ROUNDS; round++) all.push(await phone.open(pageWorld.url))
    return all
  }
  const online = await rounds()
  await phone.setOffline(true)
  const offline = await rounds()
  await context.close()
  return { online, offline }
}

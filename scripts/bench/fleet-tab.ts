/**
 * `npm run bench -- web --only fleet`: the memory of a tab with the fleet's page, 500 gates that report each
 * second, ten minutes of the page's own time. Alarms begin and end, gates are retired and enrolled. Measured
 * after a collection, a minute apart; the first minute warms it up.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { noBrowser, startBrowser } from '../../server/web/testing/browser.ts'
import { openFleetDriver } from '../../server/web/testing/fleet-driver.ts'
import {
  gateRow,
  replaceStream,
  type TabUse,
  tabUse,
  tell,
  unrest,
} from '../../server/web/testing/many-gates.ts'
import { openPageWorld } from '../../server/web/testing/page-world.ts'
import { type Figure, figure } from './figure.ts'

const PART = 'web'
const GATES = 500
const MINUTES = 10
const ROUNDS_A_MINUTE = 60
/** From the first minute to the last. */
const GROWTH_MB_MAX = 1
const NODES_MAX = 500
const LISTENERS_MAX = 50
const MB = 1_000_000

export async function benchFleetTab(print: (text: string) => void): Promise<Figure[]> {
  if (noBrowser !== false) throw new Error(noBrowser)
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  const pageWorld = await openPageWorld(dir)
  const browser = await startBrowser()
  try {
    const before = async ({ page }: { readonly page: Page }) => {
      await page.addInitScript(replaceStream)
    }
    const opening = { role: 'operator', before } as const
    const { page, shows, faults } = await openFleetDriver(browser, pageWorld, undefined, opening)
    await shows('gates.loading')
    const uses = await minutes(page, pageWorld.world.clock.now(), print)
    if (faults.length > 0) throw new Error(`the page failed: ${faults.join('; ')}`)
    return figuresOf(uses)
  } finally {
    await browser.close()
    await pageWorld.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

/** What the tab used at the end of each minute. */
async function minutes(page: Page, now: number, print: (text: string) => void): Promise<TabUse[]> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const rows = Array.from({ length: GATES }, (_, i) => gateRow(i))
  await tell(page, 'snapshot', { at: now, rows })
  const uses: TabUse[] = []
  for (let minute = 1; minute <= MINUTES; minute++) {
    for (let second = 1; second <= ROUNDS_A_MINUTE; second++) {
      const round = (minute - 1) * ROUNDS_A_MINUTE + second
      await tell(page, 'changes', unrest(GATES, round, now))
      await page.clock.runFor(1000)
    }
    const use = await tabUse(session)
    uses.push(use)
    const { bytes, nodes, listeners } = use
    print(
      `  minute ${minute}: ${(bytes / MB).toFixed(2)} MB, ${nodes} nodes, ${listeners} listeners\n`,
    )
  }
  return uses
}

function figuresOf(uses: readonly TabUse[]): Figure[] {
  const [first, last] = [uses[0], uses.at(-1)]
  if (first === undefined || last === undefined) throw new Error('nothing was measured')
  const atMost = (value: number, max: number, unit: string) =>
    ({ limit: `${max} ${unit}`, ratio: value / max, goal: '≤1' }) as const
  const grown = (last.bytes - first.bytes) / MB
  const nodes = last.nodes - first.nodes
  const listeners = last.listeners - first.listeners
  const what = `fleet’s tab, ${GATES} gates`
  const cpu = (last.busyMs - first.busyMs) / ((uses.length - 1) * ROUNDS_A_MINUTE)
  return [
    ...uses.map(({ bytes }, i) => figure(PART, `${what}, minute ${i + 1}`, [bytes / MB, 'MB'])),
    figure(PART, `${what}, grown in ${MINUTES - 1} minutes`, [grown, 'MB'], {
      ...atMost(grown, GROWTH_MB_MAX, 'MB'),
    }),
    figure(PART, `${what}, nodes more`, [nodes, ''], atMost(nodes, NODES_MAX, 'nodes')),
    figure(PART, `${what}, listeners more`, [listeners, ''], {
      ...atMost(listeners, LISTENERS_MAX, 'listeners'),
    }),
    figure(PART, `${what}, CPU of a second of reports`, [cpu, 'ms']),
  ]
}

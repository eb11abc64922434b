/**
 * 500 gates on the fleet's page, each with a report a second: what is drawn of a change is its own row, and
 * neither memory nor the document grows. The stream is the test's own, in the page.
 */
import type { Page } from 'playwright-core'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { noBrowser, startBrowser } from '../testing/browser.ts'
import { openFleetDriver } from '../testing/fleet-driver.ts'
import { keyboardOf } from '../testing/keyboard.ts'
import {
  ALARM,
  gateRow,
  replaceStream,
  reported,
  tabUse,
  tell,
  unrest,
} from '../testing/many-gates.ts'
import { openPageWorld } from '../testing/page-world.ts'

const GATES = 500
/** Each is a second of reports. */
const ROUNDS = 60
/** Each is a change of the order; a list that is kept is 2.6 MB. */
const ORDERS = 20
/** What the page may take for one, milliseconds of its own thread: 30 % of a core. */
const ROUND_MS_MAX = 300
const FIRST_MS_MAX = 1_000
const GROWTH_BYTES_MAX = 3_000_000

t.test('500 gates', { skip: noBrowser, timeout: 120_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  const before = async ({ page }: { readonly page: Page }) => {
    await page.addInitScript(replaceStream)
  }
  const driver = await openFleetDriver(browser, pageWorld, undefined, { role: 'operator', before })
  const { page, shows } = driver
  await shows('gates.loading')
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  const now = pageWorld.world.clock.now()
  const rows = Array.from({ length: GATES }, (_, i) => gateRow(i))

  const blank = await tabUse(session)
  await tell(page, 'snapshot', { at: now, rows })
  t.equal(await page.locator('.gates > li').count(), GATES)
  const first = await tabUse(session)
  const firstMs = first.busyMs - blank.busyMs
  t.ok(firstMs < FIRST_MS_MAX, `the first screen: ${Math.round(firstMs)} ms`)

  await t.test('one gate changes: nothing else is drawn', async t => {
    await page.evaluate(() => {
      const touched = new Set<string>()
      const seen = new MutationObserver(changes => {
        for (const { target } of changes) {
          const element = target instanceof Element ? target : target.parentElement
          touched.add(element?.closest('li')?.querySelector('a')?.textContent ?? 'elsewhere')
        }
      })
      const list = document.querySelector('.gates') as Element
      seen.observe(list, { subtree: true, childList: true, characterData: true, attributes: true })
      Object.assign(window, { touched })
    })
    await tell(page, 'changes', { at: now, rows: [{ gate: 'gate-7', queue: 12 }], gone: [] })
    const touched = await page.evaluate(() => [
      ...(window as unknown as { readonly touched: Set<string> }).touched,
    ])
    t.same(touched, ['gate-7'])
  })

  await t.test('all change each second: within the budget, and nothing grows', async t => {
    const change = (round: number) => rows.map((_, i) => reported(i, now, round))
    for (let round = 0; round < 10; round++) {
      await tell(page, 'changes', { at: now + round, rows: change(round), gone: [] })
    }
    const start = await tabUse(session)
    for (let round = 10; round < 10 + ROUNDS; round++) {
      await tell(page, 'changes', { at: now + round, rows: change(round), gone: [] })
    }
    const end = await tabUse(session)
    const roundMs = (end.busyMs - start.busyMs) / ROUNDS
    t.ok(roundMs < ROUND_MS_MAX, `a second of reports: ${Math.round(roundMs)} ms`)
    t.ok(end.bytes - start.bytes < GROWTH_BYTES_MAX, `grew by ${end.bytes - start.bytes} bytes`)
    t.ok(end.nodes - start.nodes < GATES, `grew by ${end.nodes - start.nodes} nodes`)
    t.comment({ firstMs, roundMs, bytes: end.bytes, grown: end.bytes - start.bytes })
  })

  await t.test('their order changes each second: no list of before is kept', async t => {
    for (let round = 0; round < 10; round++) await tell(page, 'changes', unrest(GATES, round, now))
    const start = await tabUse(session)
    for (let round = 10; round < 10 + ORDERS; round++) {
      await tell(page, 'changes', unrest(GATES, round, now))
    }
    const end = await tabUse(session)
    t.ok(end.bytes - start.bytes < GROWTH_BYTES_MAX, `grew by ${end.bytes - start.bytes} bytes`)
    t.ok(end.nodes - start.nodes < GATES, `grew by ${end.nodes - start.nodes} nodes`)
  })

  await t.test('their order changes: the row that has the focus keeps it', async t => {
    const change = (gate: string, alarms: readonly object[]) =>
      tell(page, 'changes', { at: now, rows: [{ gate, alarms }], gone: [] })
    const focused = () => page.evaluate(() => document.activeElement?.textContent)
    await tell(page, 'snapshot', { at: now, rows })
    await page.getByRole('link', { name: 'gate-400', exact: true }).focus()
    await page.keyboard.press('Tab')
    for (const how of ['moved', 'taken out and put in']) {
      for (const gate of ['gate-401', 'gate-402', 'gate-400']) {
        await change(gate, [ALARM])
        t.equal(await focused(), 'gate-401', `${how}: ${gate} goes up`)
      }
      t.match(await page.locator('.gates a').first().textContent(), /gate-40/)
      for (const gate of ['gate-402', 'gate-401', 'gate-400']) {
        await change(gate, [])
        t.equal(await focused(), 'gate-401', `${how}: ${gate} goes down`)
      }
      await page.evaluate(withoutMoves)
    }
    await tell(page, 'changes', { at: now, rows: [], gone: ['gate-401'] })
    await keyboardOf(page).keepsFocus('a gate that was retired')
  })
  t.same(driver.faults, [])
})

/** Runs in the page: from now on it is a browser without `moveBefore`. */
function withoutMoves(): void {
  Reflect.deleteProperty(Element.prototype, 'moveBefore')
}

/**
 * Every state of the passenger's page in Chromium, by the real service: it is reached, it is accessible
 * (axe-core, WCAG 2.2 AA) in Chinese and light, in English and dark, and it fits a narrow screen, also at
 * 200 % zoom.
 */
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { noBrowser, PHONE, startBrowser } from '../testing/browser.ts'
import { judge } from '../testing/looks.ts'
import { openPageWorld } from '../testing/page-world.ts'
import { PASSENGER_STATES } from '../testing/passenger-states.ts'

t.test('every state', { skip: noBrowser, timeout: 600_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  for (const state of PASSENGER_STATES) {
    await t.test(state.name, async t => {
      const open = await state.open(browser, pageWorld, PHONE)
      t.teardown(() => open.close())
      await open.reach()
      await judge(t, open)
    })
  }
})

/**
 * Every state of the passenger's page in Chromium, by the real service: it is reached, it is accessible
 * (axe-core, WCAG 2.2 AA) in both languages and themes, it fits a narrow screen, also at 200 % zoom, and
 * nothing moves where less motion is wanted. What a screen reader is told of it is kept in
 * `passenger.zh.txt` and `passenger.en.txt`.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { LANGUAGES } from '../shared/language.ts'
import { noBrowser, PHONE, startBrowser } from '../testing/browser.ts'
import { judge } from '../testing/looks.ts'
import { openPageWorld } from '../testing/page-world.ts'
import { PASSENGER_STATES } from '../testing/passenger-states.ts'

t.test('every state', { skip: noBrowser, timeout: 600_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  const kept = { zh: '', en: '' }
  for (const state of PASSENGER_STATES) {
    await t.test(state.name, async t => {
      const open = await state.open(browser, pageWorld, PHONE)
      t.teardown(() => open.close())
      await open.reach()
      const told = await judge(t, open)
      for (const language of LANGUAGES) kept[language] += `# ${state.name}\n${told[language]}\n\n`
    })
  }
  for (const language of LANGUAGES) {
    const file = new URL(`passenger.${language}.txt`, import.meta.url)
    if (process.env.UPDATE === '1') writeFileSync(file, kept[language])
    t.equal(kept[language], readFileSync(file, 'utf8'), 'UPDATE=1 writes it anew')
  }
})

/**
 * Every state of a page in Chromium, by the real service: it is reached, it is accessible in both
 * languages and themes, it fits a narrow screen, also at 200 % zoom, and nothing moves where less motion
 * is wanted. What a screen reader is told of it is kept beside the test.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Test } from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { LANGUAGES } from '../shared/language.ts'
import { type Setting, startBrowser } from './browser.ts'
import { judge } from './looks.ts'
import type { AnyState } from './page-state.ts'
import { openPageWorld } from './page-world.ts'

export interface JudgedPage {
  /** What is told of each state is kept in `tests/NAME.zh.txt` and `tests/NAME.en.txt`. */
  readonly name: string
  readonly states: readonly AnyState[]
  readonly setting: Setting
}

const TESTS = join(import.meta.dirname, '../tests')

export async function judgeStates(t: Test, { name, states, setting }: JudgedPage): Promise<void> {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  const kept = { zh: '', en: '' }
  for (const state of states) {
    await t.test(state.name, async t => {
      const open = await state.open(browser, pageWorld, setting)
      t.teardown(() => open.close())
      await open.reach()
      const told = await judge(t, open)
      for (const language of LANGUAGES) kept[language] += `# ${state.name}\n${told[language]}\n\n`
    })
  }
  for (const language of LANGUAGES) {
    const file = join(TESTS, `${name}.${language}.txt`)
    if (process.env.UPDATE === '1') writeFileSync(file, kept[language])
    t.equal(kept[language], readFileSync(file, 'utf8'), 'UPDATE=1 writes it anew')
  }
}

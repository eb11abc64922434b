/**
 * A person at the keyboard alone, before a page in a browser: goes on by Tab, presses, types. After each
 * act the focus is somewhere, and seen.
 */
import type { Locator, Page } from 'playwright-core'
import { type HeldAnswers, holderOf } from './held-answers.ts'

export interface Keyboard {
  /** On by Tab, until what is meant has the focus. Throws where Tab does not come to it. */
  tabTo(place: Locator): Promise<void>
  /** Tab to it, then the key. */
  press(place: Locator, key?: 'Enter' | 'Space'): Promise<void>
  /** Tab to a field, then the text in place of what it holds. */
  type(field: Locator, text: string): Promise<void>
  /**
   * Enter on what has the focus, again at once, and again while the answer stays away; then it comes, and
   * `shows` waits for what it changes. Throws where it was not one request, or the focus is gone.
   */
  enterAgain(what: string, shows: () => Promise<unknown>): Promise<void>
  /** For acts that are no key; `enterAgain` does it by itself. */
  holdAnswers(): Promise<HeldAnswers>
  /** Throws, saying after what, where nothing has the focus or nobody sees what has it. */
  keepsFocus(after: string): Promise<void>
}

/** More presses of Tab than a page has places to go to. */
const TABS_MAX = 60

export function keyboardOf(page: Page): Keyboard {
  const holdAnswers = holderOf(page)
  const hasFocus = (place: Locator) => place.evaluate(one => one === document.activeElement)

  async function tabTo(place: Locator): Promise<void> {
    await place.waitFor()
    for (let tabs = 0; tabs < TABS_MAX; tabs++) {
      if (await hasFocus(place)) return
      await page.keyboard.press('Tab')
    }
    throw new Error(`Tab does not come to ${place}`)
  }

  async function keepsFocus(after: string): Promise<void> {
    const why = await page.evaluate(whyUnseen)
    if (why !== undefined) throw new Error(`after ${after}: ${why}`)
  }

  return {
    ...{ tabTo, keepsFocus, holdAnswers },
    async press(place, key = 'Enter') {
      await tabTo(place)
      await page.keyboard.press(key)
    },
    async type(field, text) {
      await tabTo(field)
      await page.keyboard.press('Control+A')
      await page.keyboard.insertText(text)
    },
    async enterAgain(what, shows) {
      // What was shown last may still be under way, and lets each press go by.
      await page.locator('[type=submit][aria-disabled=true]').first().waitFor({ state: 'detached' })
      const held = await holdAnswers()
      const sent = page.waitForRequest(request => request.method() !== 'GET')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Enter')
      await sent
      await page.keyboard.press('Enter')
      // A frame in which a browser takes the focus from what can't have it any more.
      await page.evaluate(() => new Promise(requestAnimationFrame))
      await keepsFocus(`Enter, before the answer to ${what}`)
      held.release()
      await shows()
      await keepsFocus(`the answer to ${what}`)
      if (held.count() !== 1) throw new Error(`${what}: ${held.count()} requests`)
      held.end()
    },
  }
}

/** Runs in the page. A heading that was come to is read out; nobody can press it, and it has no frame. */
function whyUnseen(): string | undefined {
  const { activeElement } = document
  if (activeElement === null || activeElement === document.body) return 'nothing has the focus'
  if (/^H\d$/.test(activeElement.tagName)) return undefined
  const framed = activeElement.matches('[type=radio]') ? activeElement.parentElement : activeElement
  const { outlineStyle, outlineWidth } = getComputedStyle(framed ?? activeElement)
  const isFramed = outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2
  return isFramed ? undefined : `no frame around ${activeElement.outerHTML}`
}

/**
 * States of the station's page, before a station that runs, as `AnyState`s for pictures. The first that is
 * opened starts the station; each leaves it well again.
 */
import type { Page } from 'playwright-core'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { addressOf } from '../../server/web/station/address.ts'
import { openContext } from '../../server/web/testing/browser.ts'
import type { AnyState } from '../../server/web/testing/page-state.ts'
import { type Opening, openWhole } from '../station/whole.ts'

interface Way {
  readonly name: string
  reach(page: Page): Promise<unknown>
  /** Undoes what the station itself would go on with. */
  readonly leave?: (page: Page) => Promise<unknown>
}

/** Somebody comes, shows a code, and is written down. */
const WRITTEN_MS = 20_000

const click = (page: Page, selector: string) => page.locator(selector).click()

/** Sends somebody, and opens the row that says what became of them. */
export async function sendAndAsk(page: Page, who: string, code: string): Promise<void> {
  await click(page, `[data-who="${who}"]`)
  const row = page.locator(`.journal [data-code="${code}"]`).first()
  await row.waitFor({ timeout: WRITTEN_MS })
  await row.locator('button').click()
}

/** Makes a trouble or ends it. */
async function flip(page: Page, id: string, on: boolean): Promise<void> {
  await click(page, `[data-trouble="${id}"]`)
  await page.locator(`[data-trouble="${id}"][aria-checked="${on}"]`).waitFor()
}

const WAYS: readonly Way[] = [
  { name: 'station, at rest', reach: async () => {} },
  { name: 'station, refused', reach: page => sendAndAsk(page, 'screenshot', 'STALE_CODE') },
  {
    name: 'station, fire',
    async reach(page) {
      await flip(page, 'fire A', true)
      await page.locator('[data-lane="A"] .flaps[data-position="1"]').waitFor()
    },
    async leave(page) {
      await flip(page, 'fire A', false)
      await click(page, '[data-lane="A"] .small.line')
    },
  },
  {
    name: 'station, console',
    async reach(page) {
      await click(page, '.console button')
      await page.locator('.screen textarea:focus').waitFor({ state: 'attached' })
      await page.keyboard.press('Enter')
      await page.locator('.xterm-rows').getByText('login:').last().waitFor()
    },
  },
  {
    name: 'station, scenario',
    async reach(page) {
      await page.locator('.chooser select').selectOption('people/flap-luggage')
      await page.locator('.controls .keys button').nth(1).click()
      for (const _ of Array(12)) await page.locator('.controls .keys button').nth(1).click()
    },
  },
  {
    name: 'station, without power',
    reach: page => flip(page, 'power', true),
    leave: page => flip(page, 'power', false),
  },
]

export interface StationStates {
  readonly states: readonly AnyState[]
  /** The page's address; starts the station when none runs. */
  open(): Promise<string>
  close(): Promise<void>
}

export function createStationStates(): StationStates {
  let opening: Opening | undefined

  async function open(): Promise<string> {
    opening ??= openWhole({ dir: tempDir(), port: 0, onStep() {}, say() {} })
    const { page } = await opening.ready
    if ('problem' in page) throw new Error(page.problem)
    return page.url
  }

  const stateOf = ({ name, reach, leave }: Way): AnyState => ({
    name,
    async open(browser, _, setting) {
      const url = await open()
      const context = await openContext(browser, setting)
      const page = await context.newPage()
      const { language } = setting
      const shown = { row: '', lane: '', language, isConsoleOpen: false, scenario: '' }
      await page.goto(`${url}${addressOf(shown)}`)
      return {
        ...{ page, faults: [], reach: async () => void (await reach(page)) },
        async close() {
          await leave?.(page)
          await context.close()
        },
      }
    },
  })

  return { states: WAYS.map(stateOf), open, close: async () => opening?.close() }
}

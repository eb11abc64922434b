/** The desk's page in a browser, driven by keys alone, with people, phones and colleagues around it. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Role } from '../../auth/permissions.ts'
import { registerPerson } from '../../services/people-registry.ts'
import { transact } from '../../store/engine/transact.ts'
import { TEXTS, type TextKey } from '../desk/texts.ts'
import { filled } from '../shared/language.ts'
import { openContext, type Setting } from './browser.ts'
import { deskPhoto } from './desk-photo.ts'
import { restOf } from './page-rest.ts'
import type { PageWorld } from './page-world.ts'

export interface DeskPerson {
  readonly name: string
  readonly documentType: 'passport'
  readonly documentNumber: string
}

export interface DeskDriver {
  readonly page: Page
  readonly context: BrowserContext
  readonly pageWorld: PageWorld
  /** The session's headers, for what a test does beside the page. */
  readonly session: Readonly<Record<string, string>>
  /** What failed in the page, or was refused by its content security policy. */
  readonly faults: readonly string[]
  say(key: TextKey, values?: Readonly<Record<string, string | number>>): string
  /** Waits for a text. */
  shows(key: TextKey, values?: Readonly<Record<string, string | number>>): Promise<void>
  /** Somebody on file with a photo, whom nobody has looked up. */
  newPerson(): Promise<DeskPerson>
  /** As a scanner types: keys that come at once, then Enter, wherever the focus is. */
  scan(text: string): Promise<void>
  /** Types into a field of this label. */
  type(label: TextKey, text: string): Promise<void>
  /** Finds somebody by a number typed into the field. */
  find(documentNumber: string): Promise<void>
  /** Resolves when no request is under way and the last answer is drawn. */
  rest(): Promise<void>
  /** Moves the service's clock and the page's on. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

export const DESK: Setting = { language: 'zh', theme: 'light', width: 1280, height: 800 }

let people = 0

/** `role`: signed in as a new account of it; nobody when left out. */
export async function openDeskDriver(
  browser: Browser,
  pageWorld: PageWorld,
  setting: Setting = DESK,
  { role }: { readonly role?: Role } = {},
): Promise<DeskDriver> {
  const context = await openContext(browser, setting)
  const session = role === undefined ? {} : await signInAs(pageWorld, role)
  if (role !== undefined) await context.addCookies(cookiesOf(session, pageWorld.url))
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', said => {
    if (/Content Security Policy|Uncaught/.test(said.text())) faults.push(said.text())
  })
  await page.clock.install({ time: pageWorld.world.clock.time })
  // Its dialog would stay open, and the page would be printed by it alone.
  await page.addInitScript(() => {
    window.print = () => {}
  })
  const say: DeskDriver['say'] = (key, values = {}) => filled(TEXTS[setting.language][key], values)
  const driver: DeskDriver = {
    ...{ page, context, pageWorld, session, faults, say },
    shows: (key, values) => page.getByText(say(key, values)).first().waitFor(),
    async newPerson() {
      const documentNumber = `D${String(20_000_000 + people++)}`
      const person = { name: '李小红', documentType: 'passport', documentNumber } as const
      const { clock, service } = pageWorld.world
      const { db, secrets } = service
      await transact(db, tx => registerPerson(tx, secrets, person, deskPhoto(), clock.time))
      return person
    },
    async scan(text) {
      await page.evaluate(typeAtOnce, text)
    },
    async type(label, text) {
      await page.getByLabel(say(label), { exact: true }).fill(text)
    },
    async find(documentNumber) {
      await page.getByLabel(say('find.type')).selectOption('passport')
      await page.locator('#find').fill(documentNumber)
      await page.keyboard.press('Enter')
    },
    rest: restOf(page),
    async advance(ms) {
      await pageWorld.advance(ms)
      await page.clock.runFor(ms)
      // The page's clock stood still while its timers ran.
      await page.clock.setSystemTime(pageWorld.world.clock.time)
    },
    close: () => context.close(),
  }
  await page.goto(`${pageWorld.url}/desk`)
  return driver
}

/** A new account's session; nobody has signed in too often. */
export async function signInAs({ world }: PageWorld, role: Role): Promise<Record<string, string>> {
  await world.service.db.deleteFrom('staff_rate_limits' as 'staff').execute()
  return world.signIn(role)
}

function cookiesOf(session: Readonly<Record<string, string>>, url: string) {
  return (session.cookie ?? '').split('; ').map(pair => {
    const at = pair.indexOf('=')
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url, httpOnly: true }
  })
}

/** Runs in the page: a driver's own keys would come too slowly. Fields take what is not prevented. */
function typeAtOnce(text: string): void {
  for (const key of [...text, 'Enter']) {
    const target = document.activeElement ?? document.body
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true })
    const isTaken = !target.dispatchEvent(event)
    const isText = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
    if (isTaken || key === 'Enter' || !isText) continue
    target.value += key
    target.dispatchEvent(new Event('input', { bubbles: true }))
  }
}

/** A browser before a page of staff, signed in or not; its page is at no address yet. */
import type { Browser, BrowserContext, Page } from 'playwright-core'
import type { Role } from '../../auth/permissions.ts'
import { secretIn, totpCode } from '../../testing/totp.ts'
import { PASSWORD, type World } from '../../testing/world.ts'
import { openContext, type Setting } from './browser.ts'
import { cookieJar } from './cookie-jar.ts'
import { restOf } from './page-rest.ts'
import type { PageWorld } from './page-world.ts'

export interface StaffDriver {
  readonly page: Page
  readonly context: BrowserContext
  readonly pageWorld: PageWorld
  /** The session's headers, for what a test does beside the page. */
  readonly session: Readonly<Record<string, string>>
  /** What failed in the page, or was refused by its content security policy. */
  readonly faults: readonly string[]
  /** Resolves when no request is under way and the last answer is drawn. */
  rest(): Promise<void>
  /** Moves the service's clock and the page's on. */
  advance(ms: number): Promise<void>
  close(): Promise<void>
}

/** `role`: signed in as a new account of it; nobody when left out. */
export async function openStaffDriver(
  browser: Browser,
  pageWorld: PageWorld,
  setting: Setting,
  role?: Role,
): Promise<StaffDriver> {
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
  return {
    ...{ page, context, pageWorld, session, faults },
    rest: restOf(page),
    async advance(ms) {
      await pageWorld.advance(ms)
      await page.clock.runFor(ms)
      // The page's clock stood still while its timers ran.
      await page.clock.setSystemTime(pageWorld.world.clock.time)
    },
    close: () => context.close(),
  }
}

/** A new account's session, with its second factor where the role needs one; nobody has signed in too often. */
export async function signInAs({ world }: PageWorld, role: Role): Promise<Record<string, string>> {
  await world.service.db.deleteFrom('staff_rate_limits' as 'staff').execute()
  const session = await world.signIn(role)
  const me = await world.call('/v1/staff/me', { headers: session })
  return me.ok ? session : withSecondFactor(world, session)
}

async function withSecondFactor(
  world: World,
  session: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const jar = cookieJar(session.cookie)
  const post = async (path: string, body: object) => {
    const answer = await world.post(`/v1/auth/two-factor/${path}`, body, jar.headers())
    jar.keep(answer)
    return answer
  }
  const enabled = await post('enable', { password: PASSWORD })
  const { totpURI } = (await enabled.json()) as { totpURI: string }
  const secret = secretIn(totpURI)
  const first = await post('verify-totp', { code: totpCode(secret, -1) })
  // The step has ended between making the code and reading it.
  if (!first.ok) await post('verify-totp', { code: totpCode(secret) })
  return { ...jar.headers() }
}

function cookiesOf(session: Readonly<Record<string, string>>, url: string) {
  return (session.cookie ?? '').split('; ').map(pair => {
    const at = pair.indexOf('=')
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url, httpOnly: true }
  })
}

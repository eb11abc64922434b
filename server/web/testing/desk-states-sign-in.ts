/** States of the desk's page before somebody is signed in, and where the role has nothing to do. */
import { PASSWORD } from '../../testing/world.ts'
import type { DeskDriver } from './desk-driver.ts'
import type { DeskState } from './desk-state.ts'
import { API, holdNetwork } from './page-state.ts'

async function fillIn(driver: DeskDriver, email: string, password: string): Promise<void> {
  await driver.type('in.email', email)
  await driver.type('in.password', password)
  await driver.page.keyboard.press('Enter')
}

let members = 0
async function newMember({ pageWorld }: DeskDriver, role: 'agent' | 'operator'): Promise<string> {
  const { db, staff } = pageWorld.world.service
  await db.deleteFrom('staff_rate_limits' as 'staff').execute()
  const email = `${role}${members++}@desk.test`
  await staff.add(email, PASSWORD, role)
  return email
}

export const DESK_SIGN_IN: readonly DeskState[] = [
  { name: 'sign in', shows: 'in.title', reach: driver => driver.shows('in.title') },
  {
    name: 'sign in, a wrong password',
    shows: 'problem.CREDENTIALS',
    async reach(driver) {
      await fillIn(driver, await newMember(driver, 'agent'), 'not the password')
    },
  },
  {
    name: 'sign in, slow',
    shows: 'slow',
    waits: true,
    async reach(driver) {
      const email = await newMember(driver, 'agent')
      await driver.shows('in.title')
      await holdNetwork(driver.page)
      await fillIn(driver, email, PASSWORD)
      await driver.page.locator('.spinner').waitFor()
      await driver.advance(3_100)
    },
  },
  {
    name: 'sign in, the provider is down',
    shows: 'problem.OIDC_UNAVAILABLE',
    reach: ({ page, say }) =>
      page.getByRole('button', { name: say('in.oidc', { name: 'Rail ID' }) }).click(),
  },
  {
    name: 'second factor, to be set up',
    shows: 'enrol.text',
    async reach(driver) {
      await fillIn(driver, await newMember(driver, 'operator'), PASSWORD)
    },
  },
  {
    name: 'second factor, its secret',
    shows: 'enrol.backup',
    async reach(driver) {
      await fillIn(driver, await newMember(driver, 'operator'), PASSWORD)
      await driver.shows('enrol.text')
      await driver.type('in.password', PASSWORD)
      await driver.page.keyboard.press('Enter')
    },
  },
  {
    name: 'a role without work here',
    role: 'technician',
    shows: 'role.title',
    reach: driver => driver.shows('role.title'),
  },
  {
    name: 'the service is away at the start',
    shows: 'unreachable.title',
    async reach({ page, advance }) {
      await page.route(API, route => route.abort('connectionrefused'))
      await page.reload()
      await page.locator('.spinner').waitFor()
      for (let i = 0; i < 8; i++) await advance(1_000)
    },
  },
  {
    name: 'the session is over',
    role: 'agent',
    shows: 'in.why.expired',
    async reach({ pageWorld, shows, advance }) {
      await shows('find.empty')
      await pageWorld.world.service.db.deleteFrom('staff_sessions').execute()
      await advance(3_100)
    },
  },
]

/** States of one gate on the fleet's page: how it is, its journal, its config, its end. */
import type { FleetDriver } from './fleet-driver.ts'
import { showGates } from './fleet-shown.ts'
import type { FleetState } from './fleet-state.ts'

const before: FleetState['before'] = ({ pageWorld }) => showGates(pageWorld)
const CONFIG = '#/gates/north-1/config'

async function toEdit({ shows, press }: FleetDriver): Promise<void> {
  await shows('config.revisions')
  await press('config.edit')
}

async function toReview(driver: FleetDriver): Promise<void> {
  await toEdit(driver)
  const { page, press } = driver
  const text = await page.locator('#config').inputValue()
  await page.locator('#config').fill(text.replace('8000', '12000'))
  await press('config.review')
}

export const FLEET_GATE: readonly FleetState[] = [
  {
    name: 'a gate in trouble',
    role: 'operator',
    hash: '#/gates/west-3',
    before,
    shows: 'gate.alarms',
  },
  {
    name: 'a gate that is well',
    role: 'technician',
    hash: '#/gates/north-1',
    before,
    shows: 'gate.day',
  },
  { name: 'no such gate', role: 'auditor', hash: '#/gates/nobody', before, shows: 'gate.none' },
  {
    name: 'a gate is to retire',
    role: 'operator',
    hash: '#/gates/west-3',
    before,
    shows: 'retire.text',
    async reach({ press }) {
      await press('retire.open')
      await press('retire.do')
    },
  },
  {
    name: 'journal',
    role: 'technician',
    hash: '#/gates/north-1/journal',
    before,
    shows: 'row.clock.trusted',
    async reach({ page }) {
      await page.locator('summary').first().click()
    },
  },
  {
    name: 'no journal',
    role: 'auditor',
    hash: '#/gates/west-3/journal',
    before,
    shows: 'journal.none',
  },
  {
    name: 'no config',
    role: 'operator',
    hash: '#/gates/west-3/config',
    before,
    shows: 'config.none',
  },
  {
    name: 'the first config is written',
    role: 'operator',
    hash: '#/gates/west-3/config',
    before,
    shows: 'config.example',
    async reach({ shows, press }) {
      await shows('config.none')
      await press('config.first')
    },
  },
  {
    name: 'configs, for a technician',
    role: 'technician',
    hash: CONFIG,
    before,
    shows: 'config.forbidden',
  },
  {
    name: 'what a revision changed',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'config.before',
    async reach({ shows, press }) {
      await shows('config.revisions')
      await press('config.compare')
    },
  },
  {
    name: 'a config is edited',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'config.json',
    reach: toEdit,
  },
  {
    name: 'a text that is no config',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'config.no-object',
    async reach(driver) {
      await toEdit(driver)
      await driver.page.locator('#config').fill('[]')
      await driver.press('config.review')
    },
  },
  {
    name: 'a config is compared',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'config.review.title',
    reach: toReview,
  },
  {
    name: 'a config that the service refuses',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'problem.INVALID',
    async reach(driver) {
      await toEdit(driver)
      await driver.page.locator('#config').fill('{"lanes":[{"name":"A"}]}')
      await driver.press('config.review')
      await driver.type('act.reason', 'x')
      await driver.press('config.give')
    },
  },
  {
    name: 'back to an older config',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'config.minutes.hint',
    async reach({ shows, press }) {
      await shows('config.revisions')
      await press('config.back-to')
    },
  },
  {
    name: 'a config waits for its gate',
    role: 'operator',
    hash: CONFIG,
    before,
    shows: 'outcome.waits',
    async reach(driver) {
      await toReview(driver)
      await driver.type('act.reason', 'longer waits')
      await driver.press('config.give')
    },
  },
]

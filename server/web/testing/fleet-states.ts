/**
 * Every state of the fleet's page, and the way to it: by the real service, with gates that report to it
 * and a network as bad as the state wants it. Tests walk them, and `npm run screenshots` shows them.
 */
import { openFleetDriver } from './fleet-driver.ts'
import { FLEET_ADMIN } from './fleet-states-admin.ts'
import { FLEET_GATE } from './fleet-states-gate.ts'
import { FLEET_GATES } from './fleet-states-gates.ts'
import type { AnyState } from './page-state.ts'

export const FLEET_STATES: readonly AnyState[] = [
  ...FLEET_GATES,
  ...FLEET_GATE,
  ...FLEET_ADMIN,
].map(state => ({
  name: `fleet: ${state.name}`,
  async open(browser, pageWorld, setting) {
    const driver = await openFleetDriver(browser, pageWorld, setting, state)
    const { page, faults, close } = driver
    return {
      ...{ page, faults, close },
      async reach() {
        await state.reach?.(driver)
        await driver.shows(state.shows)
        if (!state.waits) await driver.rest()
      },
    }
  },
}))

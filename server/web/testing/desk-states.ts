/**
 * Every state of the desk's page, and the way to it: by the real service, with colleagues at other
 * windows and a network as bad as the state wants it. Tests walk them, and `npm run screenshots` shows
 * them.
 */
import { openDeskDriver } from './desk-driver.ts'
import { DESK_PERSON } from './desk-states-person.ts'
import { DESK_SIGN_IN } from './desk-states-sign-in.ts'
import { DESK_WORK } from './desk-states-work.ts'
import type { AnyState } from './page-state.ts'

export const DESK_STATES: readonly AnyState[] = [...DESK_SIGN_IN, ...DESK_PERSON, ...DESK_WORK].map(
  state => ({
    name: `desk: ${state.name}`,
    async open(browser, pageWorld, setting) {
      const driver = await openDeskDriver(browser, pageWorld, setting, state)
      const { page, faults, close } = driver
      return {
        ...{ page, faults, close },
        async reach() {
          await state.reach(driver)
          await driver.shows(state.shows)
          if (!state.waits) await driver.rest()
        },
      }
    },
  }),
)

/**
 * Every state of the passenger's page, and the way to it: by the real service, with a network, a camera
 * and a clock as bad as the state wants them. Tests walk them, and `npm run screenshots` shows them.
 */
import type { AnyState, PageState } from './page-state.ts'
import { openDriver } from './passenger-driver.ts'
import { CERTIFICATE } from './states-of-certificate.ts'
import { ENDED } from './states-of-end.ts'
import { FACE } from './states-of-face.ts'
import { START } from './states-of-start.ts'

export const STATES: readonly PageState[] = [...START, ...FACE, ...CERTIFICATE, ...ENDED]

/** The same, for who doesn't care of which page they are. */
export const PASSENGER_STATES: readonly AnyState[] = STATES.map(state => ({
  name: state.name,
  async open(browser, pageWorld, setting) {
    const driver = await openDriver(browser, pageWorld, setting, state)
    const { page, faults, close } = driver
    return {
      ...{ page, faults, close },
      async reach() {
        await state.reach(driver)
        await page.getByText(driver.say(state.shows)).first().waitFor()
      },
    }
  },
}))

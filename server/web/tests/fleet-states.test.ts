/**
 * Every state of the fleet's page, reached and judged. What a screen reader is told of them is kept in
 * `fleet.zh.txt` and `fleet.en.txt`.
 */
import t from 'tap'
import { noBrowser } from '../testing/browser.ts'
import { FLEET } from '../testing/fleet-driver.ts'
import { FLEET_STATES } from '../testing/fleet-states.ts'
import { judgeStates } from '../testing/judge-states.ts'

t.test('every state', { skip: noBrowser, timeout: 600_000 }, t =>
  judgeStates(t, { name: 'fleet', states: FLEET_STATES, setting: FLEET }),
)

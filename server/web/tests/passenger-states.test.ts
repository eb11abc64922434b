/**
 * Every state of the passenger's page, judged. What a screen reader is told of them is kept in
 * `passenger.zh.txt` and `passenger.en.txt`.
 */
import t from 'tap'
import { noBrowser, PHONE } from '../testing/browser.ts'
import { judgeStates } from '../testing/judge-states.ts'
import { PASSENGER_STATES } from '../testing/passenger-states.ts'

t.test('every state', { skip: noBrowser, timeout: 600_000 }, t =>
  judgeStates(t, { name: 'passenger', states: PASSENGER_STATES, setting: PHONE }),
)

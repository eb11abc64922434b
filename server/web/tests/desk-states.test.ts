/**
 * Every state of the desk's page, reached by keys alone and judged. What a screen reader is told of them
 * is kept in `desk.zh.txt` and `desk.en.txt`.
 */
import t from 'tap'
import { noBrowser } from '../testing/browser.ts'
import { DESK } from '../testing/desk-driver.ts'
import { DESK_STATES } from '../testing/desk-states.ts'
import { judgeStates } from '../testing/judge-states.ts'

t.test('every state', { skip: noBrowser, timeout: 600_000 }, t =>
  judgeStates(t, { name: 'desk', states: DESK_STATES, setting: DESK }),
)

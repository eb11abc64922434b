/**
 * Every command of the console. What is typed, shortened, completed, explained by `?` and `help`, and
 * stands in console.md comes from this one table.
 */

import { ALARMS, VERDICTS } from '../contract/codes.ts'
import type { GateControl } from '../contract/control.ts'
import { CONTROL_REFUSALS } from '../contract/control-codes.ts'
import { DEVICE_REMEDIES } from '../contract/device-faults.ts'
import { TEST_MS_MAX, TEST_MS_MIN } from '../contract/part-test.ts'
import { RECORDING_MINUTES_MAX, RECORDING_MINUTES_MIN } from '../contract/recording.ts'
import { type Command, mayDo, shown } from './command.ts'
import { CONFIG_COMMANDS } from './commands/config.ts'
import { ENROLMENT_COMMANDS } from './commands/enrolment.ts'
import { EVENT_COMMANDS } from './commands/events.ts'
import { EXPORT_COMMANDS } from './commands/journal-export.ts'
import { LANE_COMMANDS } from './commands/lanes.ts'
import { LOOK_COMMANDS } from './commands/look.ts'
import { PROGRAM_COMMANDS } from './commands/program.ts'
import { RECORD_COMMANDS } from './commands/record.ts'
import { SELF_TEST_COMMANDS } from './commands/self-test.ts'
import { TRUST_COMMANDS } from './commands/trust.ts'
import { USER_COMMANDS } from './commands/users.ts'
import { shownSyntax, type ValueKind, type ValueKinds } from './grammar.ts'
import { wrapped } from './layout.ts'
import { COLUMNS_MAX, COLUMNS_MIN, ROWS_MAX, ROWS_MIN, TAIL_ROWS_MAX } from './limits.ts'
import { USER_NAME } from './users.ts'

/** What the first words of commands are about, for `?` at the start of a line. */
export const GROUPS: Readonly<Record<string, string>> = {
  show: 'the details: lanes, devices, trust, clock, journal, metrics, version, config',
  explain: 'what a row of the journal or a code means',
  journal: 'what was recorded',
  record: 'all that comes to the gate, into a file, for a replay',
  mode: 'how a lane is run',
  test: 'tests every part, or one part of a lane in maintenance',
  mock: 'pretended input on a lane in maintenance',
  config: 'the config: look, edit, commit, go back',
  support: 'help from afar',
  sync: 'the service',
  clock: 'the time',
  trust: 'old trust without a network',
  terminal: 'this terminal',
  user: 'who may log in',
}

const help: Command = {
  syntax: 'help [COMMAND...]',
  level: 'viewer',
  says: 'all commands that you may give, or those that begin with these words',
  run({ me, terminal }, typed) {
    const words = typed.maybe('COMMAND')?.toLowerCase() ?? ''
    const mine = COMMANDS.filter(({ level }) => mayDo(me.level, level))
    const like = mine.filter(({ syntax }) => shownSyntax(syntax).startsWith(words))
    const found = like.length > 0 ? like : mine
    const lines = found.flatMap(({ syntax, says }) => [
      ...wrapped(shownSyntax(syntax), terminal.columns, '    '),
      ...wrapped(`    ${says}`, terminal.columns, '    '),
    ])
    const all = found.map(({ syntax, level, says }) => ({
      syntax: shownSyntax(syntax),
      level,
      says,
    }))
    return shown([...lines, ...HELP_TAIL], all)
  },
}

const HELP_TAIL = [
  '',
  'Words may be shortened. Tab completes, ? says what may follow, Ctrl-C drops the line.',
  'Ctrl-R looks for an earlier line.',
  'Any command may end in | grep WORD, | last N or | json.',
]

export const COMMANDS: readonly Command[] = [
  help,
  ...LOOK_COMMANDS,
  ...EVENT_COMMANDS,
  ...EXPORT_COMMANDS,
  ...RECORD_COMMANDS,
  ...LANE_COMMANDS,
  ...SELF_TEST_COMMANDS,
  ...CONFIG_COMMANDS,
  ...TRUST_COMMANDS,
  ...ENROLMENT_COMMANDS,
  ...PROGRAM_COMMANDS,
  ...USER_COMMANDS,
]

const CODES = [VERDICTS, ALARMS, DEVICE_REMEDIES, CONTROL_REFUSALS].flatMap(table =>
  Object.keys(table),
)

const number = (says: string, from: number, to: number): ValueKind => ({
  says: `${says}, ${from} to ${to}`,
  accepts: text => /^\d{1,15}$/.test(text) && Number(text) >= from && Number(text) <= to,
})
const time = (says: string): ValueKind => ({
  says: `${says} with its zone, as 2026-05-21T06:00:00Z`,
  accepts: text =>
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/i.test(text) &&
    !Number.isNaN(Date.parse(text)),
})
const anything = (says: string): ValueKind => ({ says, accepts: text => text.length > 0 })

/** Values as the gate at hand knows them. */
export function valueKinds(control: Pick<GateControl, 'lanes'>): ValueKinds {
  return {
    LANE: {
      says: 'the name of a lane',
      accepts: text => /^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/.test(text),
      known: () => control.lanes().map(({ name }) => name),
    },
    SEQ: number('the number of a row', 1, Number.MAX_SAFE_INTEGER),
    CODE: {
      says: 'a code, as NO_TICKET',
      accepts: text => /^[A-Za-z][A-Za-z0-9_]{1,39}$/.test(text),
      known: () => CODES,
    },
    N: number('how many', 1, TAIL_ROWS_MAX),
    MS: number('milliseconds', TEST_MS_MIN, TEST_MS_MAX),
    TEXT: anything('the text of a code'),
    BEAM: {
      says: 'a beam: a to f, or low',
      accepts: text => /^([a-f]|low)$/i.test(text),
      known: () => [...'abcdef', 'low'],
    },
    CONTACT: anything('a contact: passA, passB, stop, tamper, release'),
    PATH: anything('a place in the config, as lanes.A.timing.waitMs'),
    VALUE: anything('a value: 3000, true, "text", or JSON'),
    REVISION: number('the number of a revision', 0, Number.MAX_SAFE_INTEGER),
    MINUTES: number('minutes', 1, 60),
    MIN: number('minutes', RECORDING_MINUTES_MIN, RECORDING_MINUTES_MAX),
    TIME: time('a time'),
    FROM: time('the time of the first row'),
    TO: time('the time before which it ends'),
    FILE: anything('a bare file name, as may.jsonl'),
    HOURS: number('hours', 1, 72),
    COLUMNS: number('columns', COLUMNS_MIN, COLUMNS_MAX),
    ROWS: number('rows', ROWS_MIN, ROWS_MAX),
    NAME: {
      says: 'a name: small letters, digits, - and _, first a letter',
      accepts: text => USER_NAME.test(text),
    },
    ONETIMECODE: anything('the one-time code of an operator'),
    COMMAND: anything('the first words of a command'),
  }
}

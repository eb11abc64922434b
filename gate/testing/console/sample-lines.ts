/** Lines that the table of commands allows, by a syntax. */
import { slotsOf } from '../../console/grammar.ts'

/** Values that each kind accepts; the first is the plainest. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  ...{ LANE: ['A'], SEQ: ['1', '2', '4711'], CODE: ['HELD', 'NO_TICKET', 'held'], N: ['3', '500'] },
  ...{ MS: ['100', '5000'], TEXT: ['x', '"no pass"'], BEAM: ['a', 'low'] },
  CONTACT: ['passA', 'stop', 'tamper', 'release'],
  PATH: ['lanes.A.timing.waitMs', 'lanes.A.modes.exit', 'lanes.0', 'gate', 'service.url', 'x.y.z'],
  VALUE: ['3000', '"free"', 'true', '{"a":[1,2]}', '[]', 'no JSON', '1e999', '{"__proto__":1}'],
  ...{ REVISION: ['0', '1', '99'], MINUTES: ['1', '60'], HOURS: ['1', '72'] },
  TIME: ['2000-01-01T00:00:00Z', '2027-06-01T00:00:00+08:00'],
  ...{ COLUMNS: ['80', '40', '300'], ROWS: ['24', '5'], NAME: ['someone', 'vi'] },
  COMMAND: ['show', 'config', 'no such'],
  ...{ FILE: ['rows.jsonl'], ONETIMECODE: ['ONCE'] },
  ...{ FROM: ['2000-01-01T00:00Z'], TO: ['2001-01-01T00:00Z'] },
}

/** The shortest line that a syntax allows. */
export function shortestLine(syntax: string): string {
  const [slots = []] = slotsOf(syntax)
  return slots
    .map(slot => (slot.kind === 'word' ? slot.words[0] : VALUES[slot.name]?.[0]))
    .join(' ')
}

/** Any line that a syntax allows. `pick`: one of a list, by chance. */
export function anyLine(syntax: string, pick: <T>(some: readonly T[]) => T): string {
  return pick(slotsOf(syntax))
    .map(slot => pick((slot.kind === 'word' ? slot.words : VALUES[slot.name]) ?? ['x']))
    .join(' ')
}

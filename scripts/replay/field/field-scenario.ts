/**
 * What a gate recorded or exported, as a scenario: its data beside it in place of steps, and what was seen
 * as what must come.
 */
import { copyFileSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { ADMITTING, VERDICTS } from '../../../gate/contract/codes.ts'
import type { Expectation } from '../scenario.ts'
import type { FieldRow } from './field-rows.ts'
import { playField } from './play-field.ts'
import type { Played } from './play-recording.ts'

/** A row may come so much sooner or later than it did, milliseconds: a disk and timers take their time. */
const ABOUT_MS = 1000

export type WrittenScenario =
  | { readonly ok: true; readonly expectations: number }
  | { readonly ok: false; readonly problems: readonly string[] }

/** Writes `out`, and a copy of `file` beside it where it is elsewhere. */
export async function writeFieldScenario(file: string, out: string): Promise<WrittenScenario> {
  const field = await playField(file, {})
  if (!field.ok) return field
  const data = join(dirname(out), basename(file))
  if (resolve(data) !== resolve(file)) copyFileSync(file, data)
  const scenario = scenarioOf(basename(file), field.played)
  writeFileSync(out, `${JSON.stringify(scenario, null, 2)}\n`)
  return { ok: true, expectations: scenario.expect.length }
}

function scenarioOf(recorded: string, { was, endMs, lanes }: Played) {
  return {
    name: `what ${recorded} saw`.slice(0, 120),
    why: 'a gate in the field gave these verdicts',
    recorded,
    lanes: Object.fromEntries(lanes.map(({ name, direction }) => [name, { direction }])),
    steps: [],
    expect: was.flatMap(expectationOf),
    end: `${Math.ceil(endMs)}ms`,
  }
}

function expectationOf({ atMs, lane, kind, body }: FieldRow): Expectation[] {
  const from = Math.max(0, Math.floor(atMs - ABOUT_MS))
  const when = { at: `${from}ms..${Math.ceil(atMs + ABOUT_MS)}ms`, lane }
  const code = String(body.code ?? '')
  switch (kind) {
    case 'grant': {
      const [flag] = body.flags as readonly string[]
      return [{ ...when, admit: code as Expectation['admit'], ...(flag && { flag }) }]
    }
    case 'scan': {
      const denied = code in VERDICTS && !(ADMITTING as readonly string[]).includes(code)
      return denied ? [{ ...when, deny: code as Expectation['deny'] }] : []
    }
    case 'passage':
      return [{ ...when, passage: body.direction as Expectation['passage'] }]
    case 'annulled':
      return [{ ...when, annulled: body.reason as Expectation['annulled'] }]
    case 'alarm':
      return [{ ...when, [body.on === true ? 'alarm' : 'alarmOver']: code }]
    default:
      return []
  }
}

/** What rows and codes mean, in English. Pure. */
import type { CodeMeaning } from './control-status.ts'
import type { CommandBody, TraceStep } from './events.ts'
import type { RuleName, Sentences } from './sentences.ts'
import { GATE_ROWS } from './sentences-gate.ts'

export const ENGLISH: Sentences = {
  dropped: 'Its body was dropped; the chain still holds.',
  head({ seq, lane, clock }, at) {
    return `Row ${seq}, ${at} UTC, ${lane === '' ? 'the whole gate' : `lane ${lane}`}, clock ${clock}.`
  },
  happened: {
    scan: ({ code, direction, source }) => [`A scan at ${source} for ${direction}: ${code}.`],
    grant({ code, direction, source, flags }) {
      const flagged = flags.length > 0 ? [`Flagged: ${flags.join(', ')}.`] : []
      return [`A grant for ${direction} by ${source}: ${code}.`, ...flagged]
    },
    passage({ grant, direction, area, cti }) {
      const counted = cti === undefined ? ' It says nothing of where its holder is.' : ''
      return [`Somebody passed on grant ${grant.seq}: ${direction} of area ${area}.${counted}`]
    },
    annulled({ grant, reason, unknown }) {
      const unseen = unknown === true ? ' Nobody saw whether somebody went through.' : ''
      return [`Grant ${grant.seq} ended without a passage: ${reason}.${unseen}`]
    },
    alarm: ({ code, on, detail }) => [`Alarm ${code} ${on ? 'began' : 'ended'}: ${detail}.`],
    mode({ by, reason, revision, was, ...modes }) {
      const where = revision === undefined ? '' : ` (revision ${revision} of the config)`
      const why = reason === undefined || reason === '' ? '' : `, because: ${reason}`
      const changes = Object.entries(was ?? {}).map(
        ([mode, before]) => `${mode}: ${before} → ${modes[mode as keyof typeof modes]}`,
      )
      return [`Run in another way by ${by}${where}${why}.`, ...changes]
    },
    config({ about, revision, runs, by, reason, changes = [] }) {
      const what = `Config revision ${revision} by ${by} was ${about}; revision ${runs} runs.`
      return [what, ...(reason === '' ? [] : [`Why: ${reason}`]), ...changes]
    },
    test({ about, what, by, pretended, ms, active, code }) {
      const how = pretended === true ? 'pretended' : 'tested'
      const told = code === undefined ? '' : `; it would be told ${code}`
      const is = active === undefined ? '' : active ? ' is active' : ' is at rest'
      const time = ms === undefined ? '' : ` for ${ms} ms`
      return [`By ${by} ${how}: ${about} ${what}${is}${time}${told}.`]
    },
    command({ about, by, reason, detail }) {
      const why = reason === undefined || reason === '' ? '' : `, because: ${reason}`
      const what = detail === '' ? '' : `: ${detail}`
      return [`${COMMANDS[about]}, by ${by}${why}${what}.`]
    },
    ...GATE_ROWS.en,
  },
  rule({ rule, saw, said }) {
    const name = Object.hasOwn(RULES, rule) ? RULES[rule as RuleName] : rule
    return `  ${name}: ${saw}. ${SAID[said]}.`
  },
  code({ code, about, sign }) {
    return [
      `${code}: ${ABOUT[about]}.`,
      ...(sign === undefined ? [] : [`The lane shows: ${sign}.`]),
    ]
  },
  passenger: ({ en }) => (en === undefined ? undefined : `To the passenger: ${en}`),
  todo({ who, action }) {
    if (action === '') return undefined
    if (who === 'nobody') return `${action}.`
    return `To do${who === undefined ? '' : ` (${who})`}: ${action}.`
  },
}

const SAID: Readonly<Record<TraceStep['said'], string>> = {
  pass: 'Passed',
  flag: 'Flagged',
  deny: 'Refused',
  skip: 'Does not apply',
}

const RULES: Readonly<Record<RuleName, string>> = {
  lane: 'Lane',
  verify: 'Pass',
  scope: 'Scope',
  trust: 'Trust list',
  rollback: 'Rollback',
  clock: 'Clock',
  status: 'Revocation',
  late: 'Time',
  paper: 'Paper',
  replay: 'Replay',
  passback: 'Passback',
  siblings: 'Other gates',
  ticket: 'Ticket',
  memory: 'Memory',
  staff: 'Staff',
}

const COMMANDS: Readonly<Record<CommandBody['about'], string>> = {
  export: 'Rows were written into a file',
  record: 'What comes to the gate was recorded, live codes included',
  enrolled: 'The gate joined the service',
  unenrolled: 'The gate left the service',
  restart: 'The gate’s program was ended, to start again',
  shutdown: 'The gate’s program was ended for good',
}

const ABOUT: Readonly<Record<CodeMeaning['about'], string>> = {
  verdict: 'what a scan is told',
  alarm: 'an alarm',
  device: 'a fault of a device',
  refusal: 'why something that was asked of the gate was not done',
}

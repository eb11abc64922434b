/** Commands of the config: one candidate a gate, edited by one user at a time, committed or thrown away. */
import type { JsonValue } from '../../contract/canonical.ts'
import type { Committed } from '../../contract/control.ts'
import { readJsonText } from '../../contract/json-text.ts'
import { type Answered, type Command, failed, refusedBy, shown } from '../command.ts'
import { numberedLines, tableLines, timeText, wrapped } from '../layout.ts'
import { configLines, configShown } from './look.ts'

const MINUTE_MS = 60_000

export const CONFIG_COMMANDS: readonly Command[] = [
  {
    syntax: 'config show',
    level: 'viewer',
    says: 'the config that runs',
    run: configShown,
  },
  {
    syntax: 'config show candidate',
    level: 'viewer',
    says: 'the config as it is edited, with the lines that errors name',
    run({ control, terminal }) {
      const answer = control.config.candidate()
      if (!answer.ok) return refusedBy(answer)
      const { value, problems } = answer
      const wrong = problems.length === 0 ? [] : wrongLines(problems, terminal.columns)
      return shown([...configLines(value, terminal.columns), ...wrong], value)
    },
  },
  {
    syntax: 'config set PATH VALUE...',
    level: 'technician',
    says: 'edits the candidate, as: config set lanes.A.timing.waitMs 3000',
    run: edited(({ control, terminal }, typed) => {
      const answer = control.config.set(typed.of('PATH'), jsonOrText(typed.of('VALUE')))
      return answer.ok ? inCandidate(answer.problems, terminal.columns) : refusedBy(answer)
    }),
  },
  {
    syntax: 'config delete PATH',
    level: 'technician',
    says: 'takes a key out of the candidate',
    run: edited(({ control, terminal }, typed) => {
      const answer = control.config.set(typed.of('PATH'), undefined)
      return answer.ok ? inCandidate(answer.problems, terminal.columns) : refusedBy(answer)
    }),
  },
  {
    syntax: 'config compare [REVISION]',
    level: 'viewer',
    says: 'the candidate against what runs, or against an older revision',
    run({ control, editor, terminal }, typed) {
      const revision = typed.maybe('REVISION')
      const answer = control.config.compare(revision === undefined ? undefined : Number(revision))
      if (!answer.ok) return refusedBy(answer)
      const { differences } = answer
      const who = editor.who()
      const edited = who === undefined ? [] : [`Edited by ${who.user} at ${who.line}.`]
      const lines = numberedLines(
        differences.map(({ line, text }) => [line, text]),
        terminal.columns,
      )
      return shown([...edited, ...(lines.length > 0 ? lines : ['No difference.'])], differences)
    },
  },
  {
    syntax: 'config commit [confirmed MINUTES]',
    level: 'technician',
    says: 'runs the candidate; confirmed: it goes back by itself unless confirmed in time',
    run: edited(async (caller, typed) => {
      const minutes = typed.maybe('MINUTES')
      const candidate = caller.control.config.candidate()
      if (!candidate.ok) return refusedBy(candidate)
      const { problems } = candidate
      if (problems.length > 0) return refusedBy({ ok: false, code: 'CONFIG_INVALID', problems })
      const reason = await caller.ask('reason: ')
      if (reason === undefined) return failed('CANCELLED')
      const asker = { by: caller.by, reason: reason.trim() }
      const confirmMs = minutes === undefined ? undefined : Number(minutes) * MINUTE_MS
      const answer = await caller.control.config.commit(asker, confirmMs)
      if (answer.ok) caller.editor.set(undefined)
      const more = `It goes back in ${minutes} min unless you type: config confirm`
      return committed(answer, minutes === undefined ? [] : [more])
    }),
  },
  {
    syntax: 'config confirm',
    level: 'technician',
    says: 'keeps the revision that is on trial',
    run: async ({ control, by }) => committed(await control.config.confirm(by)),
  },
  {
    syntax: 'config back',
    level: 'technician',
    says: 'takes the revision on trial back, before its time',
    run: async ({ control, by }) => committed(await control.config.takeBack(by)),
  },
  {
    syntax: 'config rollback REVISION',
    level: 'technician',
    says: 'the candidate becomes that revision: compare it, then commit it',
    run: edited(({ control, terminal }, typed) => {
      const answer = control.config.rollback(Number(typed.of('REVISION')))
      return answer.ok ? inCandidate(answer.problems, terminal.columns) : refusedBy(answer)
    }),
  },
  {
    syntax: 'config history',
    level: 'viewer',
    says: 'revisions, newest first: who, when, why',
    run({ control }) {
      const revisions = control.config.history()
      const rows = revisions.map(({ number, at, by, reason, reverted }) => [
        ...[String(number), timeText(at), by],
        reverted === null ? reason : `TAKEN BACK (${reverted}): ${reason}`,
      ])
      return shown(tableLines(['no.', 'at (UTC)', 'by', 'why'], rows), revisions)
    },
  },
  {
    syntax: 'config discard',
    level: 'technician',
    says: 'throws the candidate away',
    run: edited(({ control, editor }) => {
      control.config.discard()
      editor.set(undefined)
      return shown(['The candidate is gone.'])
    }),
  },
  {
    syntax: 'config reload',
    level: 'technician',
    says: 'reads the config file again',
    run: async ({ control }) => committed(await control.config.reload()),
  },
]

/** For one editor at a time: whoever begins holds it until they commit, discard or leave. */
function edited(run: Command['run']): Command['run'] {
  return (caller, typed) => {
    const { editor, me } = caller
    const who = editor.who()
    if (who !== undefined && who !== me) {
      return failed('CONFIG_EDITED', `${who.user} at ${who.line}`)
    }
    editor.set(me)
    return run(caller, typed)
  }
}

/** As JSON; what is none is a text. */
function jsonOrText(text: string): JsonValue {
  const read = readJsonText(Buffer.from(text))
  return read.ok ? (read.value as JsonValue) : text
}

function inCandidate(problems: readonly string[], columns: number): Answered {
  const lines =
    problems.length === 0
      ? ['In the candidate. See it: config compare; run it: config commit confirmed 5']
      : [...wrongLines(problems, columns), 'See its lines: config show candidate']
  return shown(lines, { problems })
}

function wrongLines(problems: readonly string[], columns: number): readonly string[] {
  const lines = problems.flatMap(one => wrapped(`  ${one}`, columns, '    '))
  return ['The candidate can not be committed like this:', ...lines]
}

function committed(answer: Committed, more: readonly string[] = []): Answered {
  if (!answer.ok) return refusedBy(answer)
  const { revision, onTrial } = answer
  return shown([`Revision ${revision} runs${onTrial ? ', on trial' : ''}.`, ...more], {
    revision,
    onTrial,
  })
}

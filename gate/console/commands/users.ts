/** Commands of the console itself: who is there, who may be, the terminal, the way out. */
import { type Answered, type Caller, type Command, failed, type Level, shown } from '../command.ts'
import { spanText, tableLines } from '../layout.ts'
import { askNewPassword } from '../login.ts'

export const USER_COMMANDS: readonly Command[] = [
  {
    syntax: 'logout|exit|quit',
    level: 'viewer',
    says: 'leaves; Ctrl-D on an empty line does the same',
    run: () => ({ ok: true, logout: true }),
  },
  {
    syntax: 'who',
    level: 'viewer',
    says: 'who is logged in, where, since when, and who edits the config',
    run({ present, me, editor, nowMs }) {
      const all = present().map(one => ({ ...one, edits: editor.who() === one }))
      const rows = all.map(({ user, level, line, sinceMs, edits }) => [
        ...[user, level, line, spanText(nowMs() - sinceMs)],
        [line === me.line ? 'you' : '', edits ? 'edits the config' : ''].filter(Boolean).join(', '),
      ])
      return shown(tableLines(['user', 'level', 'line', 'since', ''], rows), all)
    },
  },
  {
    syntax: 'terminal width COLUMNS [ROWS]',
    level: 'viewer',
    says: 'the size of this terminal, 80 columns unless said; with rows, long output pages',
    run({ terminal }, typed) {
      terminal.columns = Number(typed.of('COLUMNS'))
      const rows = typed.maybe('ROWS')
      terminal.rows = rows === undefined ? undefined : Number(rows)
      return shown([])
    },
  },
  {
    syntax: 'terminal utf8 STATE:on|off',
    level: 'viewer',
    says: 'shows other letters than ASCII, such as Chinese; off at each login',
    run({ terminal }, typed) {
      terminal.utf8 = typed.of('STATE') === 'on'
      return shown([])
    },
  },
  {
    syntax: 'password',
    level: 'viewer',
    says: 'changes your own password',
    run: caller =>
      newPassword(caller, 'password', caller.me.user, password =>
        caller.users.setPassword(caller.me.user, password),
      ),
  },
  {
    syntax: 'user list',
    level: 'admin',
    says: 'who is on file',
    run({ users }) {
      const all = users.list()
      return shown(
        tableLines(
          ['user', 'level'],
          all.map(({ name, level }) => [name, level]),
        ),
        all,
      )
    },
  },
  {
    syntax: 'user add NAME LEVEL:viewer|technician|admin',
    level: 'admin',
    says: 'puts somebody on file; asks for their first password',
    run(caller, typed) {
      const [name, level] = [typed.of('NAME'), typed.of('LEVEL') as Level]
      return newPassword(caller, 'user added', `${name} as ${level}`, password =>
        caller.users.add(name, level, password),
      )
    },
  },
  {
    syntax: 'user remove NAME',
    level: 'admin',
    says: 'takes somebody off the file; one who is logged in stays until they leave',
    async run({ users, note, by }, typed) {
      const fault = await users.remove(typed.of('NAME'))
      if (fault !== undefined) return failed(fault)
      note({ about: 'user removed', by, detail: typed.of('NAME') })
      return shown([`${typed.of('NAME')} is off the file.`])
    },
  },
]

async function newPassword(
  caller: Caller,
  about: 'password' | 'user added',
  detail: string,
  keep: Parameters<typeof askNewPassword>[1],
): Promise<Answered> {
  const fault = await askNewPassword(caller.ask, keep)
  if (fault !== undefined) return failed(fault)
  caller.note({ about, by: caller.by, detail })
  return shown([`Done: ${detail}.`])
}

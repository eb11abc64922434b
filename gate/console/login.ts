/**
 * Logging in on one line: name and password, or the first admin where nobody is on file. Each wrong
 * password makes the line wait twice as long, whoever tries next. What is no name, such as noise at a
 * wrong speed, is not an attempt.
 */
import type { Timers } from '../../hardware/ports.ts'
import type { Level, LoginBody } from './command.ts'
import { LOGIN_DELAY_MS, LOGIN_DELAY_MS_MAX } from './limits.ts'
import { CONSOLE_REFUSALS } from './refusals.ts'
import type { Terminal } from './terminal.ts'
import { USER_NAME, type Users, type UsersFault } from './users.ts'

/** Of one line: how often in a row a password was wrong there. */
export interface LoginGuard {
  failures: number
}

export interface LoginParts {
  readonly terminal: Terminal
  readonly users: Users
  readonly guard: LoginGuard
  readonly timers: Timers
  readonly line: string
  readonly note: (body: LoginBody) => void
}

export interface LoggedIn {
  readonly name: string
  readonly level: Level
}

/** Undefined: not logged in. Rejects with HungUp. */
export async function logIn(parts: LoginParts): Promise<LoggedIn | undefined> {
  const { terminal, users } = parts
  const typed = await terminal.readLine('login: ')
  if (typed.kind !== 'line') return undefined
  const name = typed.text.trim()
  if (!USER_NAME.test(name)) return undefined
  if (users.state() === 'damaged') {
    terminal.write(`USERS_DAMAGED: ${CONSOLE_REFUSALS.USERS_DAMAGED}\n`)
    return undefined
  }
  return users.state() === 'none' ? setFirstAdmin(parts, name) : checkPassword(parts, name)
}

async function checkPassword(
  { terminal, users, guard, timers, line, note }: LoginParts,
  name: string,
): Promise<LoggedIn | undefined> {
  const typed = await terminal.readLine('password: ', { hidden: true })
  if (typed.kind !== 'line') return undefined
  const level = await users.check(name, typed.text)
  if (level !== undefined) {
    guard.failures = 0
    note({ about: 'login', by: name, detail: `${level} at ${line}` })
    return { name, level }
  }
  const waitMs = Math.min(LOGIN_DELAY_MS * 2 ** guard.failures, LOGIN_DELAY_MS_MAX)
  guard.failures += 1
  note({ about: 'refused', by: name, detail: `wrong name or password at ${line}` })
  terminal.write(`wrong name or password; the next try in ${waitMs / 1000} s\n`)
  terminal.setDeaf(true)
  await new Promise<void>(resolve => void timers.after(waitMs, resolve))
  terminal.setDeaf(false)
  return undefined
}

async function setFirstAdmin(
  { terminal, users, timers, line, note }: LoginParts,
  name: string,
): Promise<LoggedIn | undefined> {
  terminal.write(`Nobody is on file yet. ${name} becomes the first admin.\n`)
  const ask = async (prompt: string, how: { readonly hidden: true }) => {
    // A word that comes three times in a block that somebody pasted must make no admin.
    await terminal.dropPasted(timers)
    const typed = await terminal.readLine(prompt, how)
    return typed.kind === 'line' ? typed.text : undefined
  }
  const fault = await askNewPassword(ask, password =>
    users.state() === 'none'
      ? users.add(name, 'admin', password)
      : Promise.resolve('USER_EXISTS' as const),
  )
  if (fault !== undefined) {
    terminal.write(`${fault}: ${SAYS[fault]}\n`)
    return undefined
  }
  note({ about: 'user added', by: name, detail: `admin at ${line}, the first` })
  note({ about: 'login', by: name, detail: `admin at ${line}` })
  return { name, level: 'admin' }
}

type NewPasswordFault = UsersFault | 'PASSWORD_DIFFERS' | 'CANCELLED'
const SAYS: Readonly<Record<NewPasswordFault, string>> = {
  ...CONSOLE_REFUSALS,
  NOT_WRITTEN: 'the disk did not take it: see whether the data folder can be written',
}

/** Asks twice, then has it kept; undefined when it was. */
export async function askNewPassword(
  ask: (prompt: string, how: { readonly hidden: true }) => Promise<string | undefined>,
  keep: (password: string) => Promise<UsersFault | undefined>,
): Promise<NewPasswordFault | undefined> {
  const first = await ask('new password: ', { hidden: true })
  if (first === undefined) return 'CANCELLED'
  const second = await ask('again: ', { hidden: true })
  if (second === undefined) return 'CANCELLED'
  return first === second ? keep(first) : 'PASSWORD_DIFFERS'
}

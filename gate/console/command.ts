/** What one command of the console is, what it is given, and how it answers. */
import type { GateControl, Refused } from '../contract/control.ts'
import { CONTROL_REFUSALS } from '../contract/control-codes.ts'
import type { SelfTestParts } from '../selftest/finding.ts'
import type { SaveBundle } from '../support/save.ts'
import { CONSOLE_REFUSALS, type ConsoleRefusal } from './refusals.ts'
import type { Users } from './users.ts'

/** Each may do all that those before it may. */
export const LEVELS = ['viewer', 'technician', 'admin'] as const
export type Level = (typeof LEVELS)[number]

export function mayDo(has: Level, needs: Level): boolean {
  return LEVELS.indexOf(has) >= LEVELS.indexOf(needs)
}

/** Somebody who is logged in. */
export interface Present {
  readonly user: string
  readonly level: Level
  /** `serial`, or which connection of the socket. */
  readonly line: string
  /** Unix milliseconds by the machine's clock. */
  readonly sinceMs: number
}

export type SelfTestNeeds = Pick<SelfTestParts, 'timers' | 'nowMs' | 'reach' | 'pinOf'>

/** What the lines of one gate share. */
export interface Shared {
  readonly control: GateControl
  readonly users: Users
  /** Unix milliseconds by the machine's clock. */
  readonly nowMs: () => number
  readonly present: () => readonly Present[]
  /** One at a time edits the config. */
  readonly editor: {
    who(): Present | undefined
    set(who: Present | undefined): void
  }
  /** What a self-test needs beside the gate. */
  readonly selfTest: SelfTestNeeds
  readonly saveBundle: SaveBundle
  /** A row of kind `login`. */
  readonly note: (body: LoginBody) => void
}

/** What became of a login, or of the users on file. */
export interface LoginBody {
  readonly about: 'login' | 'logout' | 'refused' | 'user added' | 'user removed' | 'password'
  readonly by: string
  readonly detail: string
}

/** Who runs a command, and the terminal at hand. What asks rejects with HungUp when the line goes. */
export interface Caller extends Shared {
  readonly me: Present
  /** As it stands in rows: `lin at serial`. */
  readonly by: string
  readonly terminal: { columns: number; rows: number | undefined; utf8: boolean }
  /** One line, at once. */
  print(line: string): void
  /** Resolves when the terminal has taken nearly all. */
  drained(): Promise<void>
  /** Undefined: cancelled. */
  ask(prompt: string, how?: { readonly hidden: boolean }): Promise<string | undefined>
  /** The next key's byte. */
  key(): Promise<number>
  /** False: enough was seen of a long output. */
  more(prompt: string): Promise<boolean>
  /** Nobody is there any more to read what is printed. */
  isHere(): boolean
  /** Fires then: by Ctrl-C, or when the line goes. */
  readonly left: AbortSignal
}

export type CommandRefusal = ConsoleRefusal | keyof typeof CONTROL_REFUSALS

export type Answered =
  /** `json`: what `| json` prints. */
  | { readonly ok: true; readonly lines: readonly string[]; readonly json: unknown }
  | { readonly ok: false; readonly code: CommandRefusal; readonly problems: readonly string[] }
  | { readonly ok: true; readonly logout: true }

/** What was typed for the names of a command's syntax. */
export interface Typings {
  /** Of a part that can't be left out. */
  of(name: string): string
  maybe(name: string): string | undefined
}

export interface Command {
  /** See grammar.ts. */
  readonly syntax: string
  readonly level: Level
  /** Its words can't be shortened. */
  readonly whole?: boolean
  /** One line, for help. */
  readonly says: string
  run(caller: Caller, typed: Typings): Answered | Promise<Answered>
}

export function shown(lines: readonly string[], json: unknown = lines): Answered {
  return { ok: true, lines, json }
}

export function failed(code: CommandRefusal, ...problems: string[]): Answered {
  return { ok: false, code, problems }
}

/** A refusal of the gate. */
export function refusedBy({ code, problems }: Refused): Answered {
  return { ok: false, code, problems }
}

/** One line: code, what happened, what to do. */
export function failureLine(code: CommandRefusal, problems: readonly string[]): string {
  const says = { ...CONTROL_REFUSALS, ...CONSOLE_REFUSALS }[code]
  return [`${code}: ${says}`, ...problems].join('; ')
}

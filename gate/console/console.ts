/**
 * The technician's console of one process: its lines share users, the right to edit the config, and
 * who is there. It outlives each gate that the config starts and stops.
 */
import type { Clock, Timers } from '../../hardware/ports.ts'
import type { GateControl } from '../contract/control.ts'
import type { LoginBody, Present, SelfTestNeeds, Shared } from './command.ts'
import { COMMANDS, GROUPS, valueKinds } from './command-table.ts'
import { createLineWriter } from './line-writer.ts'
import type { LoginGuard } from './login.ts'
import { page } from './pager.ts'
import { createLineRunner } from './run-line.ts'
import { createSession, type Session } from './session.ts'
import type { Users } from './users.ts'

export interface ConsoleParts {
  readonly control: GateControl
  readonly users: Users
  readonly clock: Pick<Clock, 'nowMs'>
  readonly timers: Timers
  readonly idleMs: number
  readonly selfTest: Pick<SelfTestNeeds, 'reach' | 'pinOf'>
  readonly saveBundle: Shared['saveBundle']
  /** Records a row of kind `login`, when it can. */
  readonly note: (body: LoginBody) => void
  readonly onFault: (error: unknown) => void
}

export interface TechniciansConsole {
  /**
   * A line on which somebody may sit. `guard`: shared by lines that one person may open at will.
   * `onLeft`: they have logged out, or were.
   */
  openLine(
    name: string,
    send: (bytes: Uint8Array) => Promise<void>,
    guard: LoginGuard,
    onLeft?: () => void,
  ): Session
}

export function createConsole(parts: ConsoleParts): TechniciansConsole {
  const { control, users, clock, timers, idleMs, note, onFault } = parts
  const present = new Map<string, Present>()
  let editor: Present | undefined
  const shared: Shared = {
    ...{ control, users, note, nowMs: clock.nowMs, saveBundle: parts.saveBundle },
    selfTest: { timers, nowMs: clock.nowMs, ...parts.selfTest },
    present: () => [...present.values()],
    editor: {
      who: () => editor,
      set(who) {
        editor = who
      },
    },
  }
  const runner = createLineRunner(COMMANDS, GROUPS, valueKinds(control), page)

  return {
    openLine(line, send, guard, onLeft) {
      const writer = createLineWriter(send)
      return createSession({
        ...{ shared, runner, writer, timers, guard, line, idleMs, onFault },
        onPresent(who) {
          if (who !== undefined) present.set(line, who)
          else if (present.delete(line)) void writer.drained().then(onLeft)
        },
      })
    },
  }
}

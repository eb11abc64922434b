/** Lines of a console in virtual time, over any gate's control: users whose hashes cost next to nothing. */
import { randomBytes } from 'node:crypto'
import type { VirtualTime } from '../../../fixtures/clock.ts'
import type { Level, LoginBody } from '../../console/command.ts'
import { createConsole } from '../../console/console.ts'
import { createUsers, type Users } from '../../console/users.ts'
import type { GateControl } from '../../contract/control.ts'
import { createTypist, PASSWORD } from './typist.ts'

const CHEAP = { N: 2, r: 1, p: 1 }
export const IDLE_MS = 600_000

export interface TypedLinesParts {
  readonly control: GateControl
  readonly time: VirtualTime
  /** Where users are kept. */
  readonly dataDir: string
  /** Beside being kept in `notes`. */
  readonly note?: (body: LoginBody) => void
}

function watched(users: Users): { users: Users; isBusy: () => boolean } {
  let busy = 0
  const counted =
    <Args extends readonly unknown[], Result>(run: (...args: Args) => Promise<Result>) =>
    (...args: Args): Promise<Result> => {
      busy += 1
      return run(...args).finally(() => {
        busy -= 1
      })
    }
  return {
    users: {
      ...users,
      check: counted(users.check),
      add: counted(users.add),
      setPassword: counted(users.setPassword),
      remove: counted(users.remove),
    },
    isBusy: () => busy > 0,
  }
}

export function createTypedLines({ control, time, dataDir, note }: TypedLinesParts) {
  const { users, isBusy } = watched(createUsers({ dataDir, randomBytes, cost: CHEAP }))
  const notes: LoginBody[] = []
  const faults: unknown[] = []
  const technicians = createConsole({
    ...{ control, users, clock: time.clock, timers: time.timers, idleMs: IDLE_MS },
    note(body) {
      notes.push(body)
      note?.(body)
    },
    onFault: error => void faults.push(error),
    saveBundle: async () => ({ file: 'data/support.tar.gz', bytes: 40_000 }),
    selfTest: { reach: async () => undefined },
  })

  return {
    ...{ users, notes, faults, technicians },
    /** A password is being hashed or a user written, which takes real time. */
    isBusy,
    addUser: (name: string, level: Level) => users.add(name, level, PASSWORD),
    /** A line in memory. */
    openLine(name = 'line') {
      const received = { text: '' }
      const line = technicians.openLine(
        name,
        async bytes => {
          received.text += Buffer.from(bytes).toString()
        },
        { failures: 0 },
      )
      return { ...createTypist(time, bytes => line.receive(bytes), received), line }
    },
  }
}

/** Lines of a console in virtual time, over any gate's control: users whose hashes cost next to nothing. */
import { randomBytes } from 'node:crypto'
import type { VirtualTime } from '../../../fixtures/clock.ts'
import type { Level, LoginBody } from '../../console/command.ts'
import { createConsole } from '../../console/console.ts'
import { createUsers } from '../../console/users.ts'
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

export function createTypedLines({ control, time, dataDir, note }: TypedLinesParts) {
  const users = createUsers({ dataDir, randomBytes, cost: CHEAP })
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

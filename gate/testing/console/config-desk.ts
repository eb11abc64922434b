/**
 * A technician at the console of a gate that is only played, over real revisions on a disk whose power
 * may be cut: cheap enough to be started at each step of each write.
 */

import { randomBytes } from 'node:crypto'
import { createEventHub } from '../../assembly/control-events.ts'
import { createControlWatch } from '../../assembly/control-watch.ts'
import { createGateControl } from '../../assembly/gate-control.ts'
import type { JsonValue } from '../../contract/canonical.ts'
import { createRecorder } from '../../recording/recorder.ts'
import { openCutStore } from '../config/cut-store.ts'
import { createDeskWorld, openDesk } from '../config/desk.ts'
import { createTypedLines } from './typed-lines.ts'

/**
 * One life of the gate. `cutAt`: the step of its writes at which the power goes; never unless given.
 * `file`: its config file from now on.
 */
export async function startConfigDesk(dir: string, cutAt?: number, file?: JsonValue) {
  const disk = openCutStore(dir, cutAt)
  const desk = openDesk(dir, createDeskWorld(), disk.store)
  const { engine, running, time } = desk
  const { clock, timers } = time
  if (file !== undefined) desk.writeFile(file)
  await engine.start()
  const hub = createEventHub(() => {})
  const control = createGateControl({
    ...{ engine, config: running.config, gate: () => undefined, name: 'north-1' },
    ...{ hub, watch: createControlWatch(clock, hub), clock, timers },
    recorder: createRecorder({ clock, timers, onFault: () => {} }),
    ...{ randomBytes, fetch, program: undefined },
  })
  const { openLine, addUser } = createTypedLines({ control, time, dataDir: dir })
  const { line, ...typist } = openLine('serial')
  return {
    ...typist,
    ...{ desk, addUser, isCut: disk.isCut },
    /** The cable is pulled. */
    hangUp: line.hangUp,
    /** The process ends where it stands. */
    crash() {
      line.close()
      disk.crash()
    },
  }
}

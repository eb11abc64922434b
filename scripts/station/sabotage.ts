/** What stands between a gate and a sound machine: its disk, its clock and its service can be made bad. */
import { createBadClock } from '../../fixtures/bad-clock.ts'
import { createBadDisk } from '../../fixtures/bad-disk.ts'
import { createLyingService, type LyingService } from '../../fixtures/lying-service.ts'

export interface Fault {
  isOn(): boolean
  turn(on: boolean): void
}

export interface Sabotage {
  /** Of the gate's process. */
  readonly gateEnv: Readonly<Record<string, string>>
  /** The address that the gate is told in place of the service's. */
  gateUrl(service: string): Promise<string>
  readonly disk: Fault
  readonly clock: Fault
  readonly lies: Fault
  close(): Promise<void>
}

const AHEAD_MS = 3_600_000

/** `dir`: the station's folder; faults that an earlier station left there are gone. */
export function createSabotage(dir: string): Sabotage {
  const badDisk = createBadDisk(dir)
  const badClock = createBadClock(dir, badDisk.env)
  let liar: LyingService | undefined
  const disk = fault(on => badDisk.trouble(on ? 'full' : undefined))
  const clock = fault(on => badClock.aheadBy(on ? AHEAD_MS : 0))
  const lies = fault(on => liar?.lie(on ? 'far ahead' : undefined))
  for (const one of [disk, clock]) one.turn(false)
  return {
    ...{ gateEnv: badClock.env, disk, clock, lies },
    async gateUrl(service) {
      liar = await createLyingService(
        () => service,
        () => 1,
      )
      return liar.url
    },
    close: async () => liar?.close(),
  }
}

function fault(act: (on: boolean) => void): Fault {
  let isOn = false
  return {
    isOn: () => isOn,
    turn(on) {
      isOn = on
      act(on)
    },
  }
}

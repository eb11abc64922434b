/**
 * What the simulated board does independent of its host: dead-man and fire release, as the gate
 * firmware has them (hardware/firmware/safety.c). The fire set-up and its latch survive resets.
 */
import { type GuardedLevel as PinLevel, restMs } from '../guarded-line.ts'
import type { Timers, Unsubscribe } from '../ports.ts'

/** The board's pins as the safety functions use them. */
export interface SafetyPins {
  isUsable(pin: number): boolean
  read(pin: number): 0 | 1
  drive(pin: number, level: 0 | 1): void
  /** Takes an open loop's pull-up into use. */
  pullUp(pin: number): void
  dropOutputs(keep: (pin: number) => boolean): void
}

export interface BoardSafety {
  /** Arms the dead-man, 1 to 5000 ms, also after a drop. False and unchanged for bad pins or times. */
  arm(ms: number, hold: readonly PinLevel[]): boolean
  /** A frame of the host was believed. `atRest`: it asks for no relay. */
  stamp(atRest: boolean): void
  /** While an alarm is latched, it counts from the alarm's end on. False and unchanged for bad pins. */
  configureFire(pin: number, outputs: readonly PinLevel[]): boolean
  /** False when there is nothing to end, or the loop is open. */
  resetFire(): boolean
  readonly fireLatched: boolean
  /** The dead-man let go of the outputs, and was not armed since. */
  readonly dropped: boolean
  readonly drops: number
  /** An input changed. */
  look(): void
  /** After a reset: what is kept comes back. */
  boot(): void
  mayWrite(pin: number): boolean
  maySetMode(pin: number): boolean
  stop(): void
}

interface FireSetUp {
  readonly pin: number
  readonly outputs: readonly PinLevel[]
}

export interface BoardSafetyOptions {
  readonly timers: Timers
  readonly pins: SafetyPins
  /** It dropped the outputs, or opened them for a fire. */
  readonly onAct: () => void
}

const deadmanMsMax = 5000
const holdMsMax = 10_000
const holdLookMs = 10
const fireMs = 4
const holdPinsMax = 6
const fireOutputsMax = 4

export function createBoardSafety(options: BoardSafetyOptions): BoardSafety {
  const { timers, pins } = options
  let deadmanMs = 0
  let hold: readonly PinLevel[] = []
  let dropped = false
  let drops = 0
  let stopDeadman: Unsubscribe = () => {}
  let stopFire: Unsubscribe = () => {}
  let watching = false
  let fire: FireSetUp | null = null
  /** Came while an alarm was latched. */
  let waiting: FireSetUp | null = null
  let latched = false

  const usable = (list: readonly PinLevel[]) => list.every(({ pin }) => pins.isUsable(pin))
  const fireDrives = (pin: number) =>
    latched && fire?.outputs.some(output => output.pin === pin) === true

  function stamp(atRest: boolean): void {
    stopDeadman()
    if (deadmanMs === 0 || dropped) return
    const limitMs = atRest ? Math.max(deadmanMs, restMs) : deadmanMs
    stopDeadman = timers.after(limitMs, () => expire(holdMsMax))
  }

  function expire(holdMsLeft: number): void {
    const inside = hold.some(({ pin, level }) => pins.read(pin) === level)
    if (inside && holdMsLeft > 0) {
      stopDeadman = timers.after(holdLookMs, () => expire(holdMsLeft - holdLookMs))
      return
    }
    dropped = true
    drops += 1
    pins.dropOutputs(fireDrives)
    options.onAct()
  }

  function open(): void {
    for (const { pin, level } of fire?.outputs ?? []) pins.drive(pin, level)
  }

  function look(): void {
    const loopOpen = fire !== null && pins.read(fire.pin) === 1
    if (!loopOpen) {
      stopFire()
      watching = false
    } else if (!latched && !watching) {
      watching = true
      stopFire = timers.after(fireMs, () => {
        watching = false
        latched = true
        open()
        options.onAct()
      })
    }
  }

  function useFire(next: FireSetUp): void {
    fire = next
    pins.pullUp(next.pin)
    look()
  }

  return {
    arm(ms, list) {
      if (ms === 0 || ms > deadmanMsMax || list.length > holdPinsMax || !usable(list)) return false
      deadmanMs = ms
      hold = list
      dropped = false
      stamp(false)
      return true
    },
    stamp,
    configureFire(pin, outputs) {
      if (!pins.isUsable(pin) || outputs.length > fireOutputsMax || !usable(outputs)) return false
      if (outputs.some(output => output.pin === pin)) return false
      if (latched) waiting = { pin, outputs }
      else useFire({ pin, outputs })
      return true
    },
    resetFire() {
      if (!latched || fire === null || pins.read(fire.pin) === 1) return false
      for (const { pin } of fire.outputs) pins.drive(pin, 0)
      latched = false
      if (waiting !== null) useFire(waiting)
      waiting = null
      return true
    },
    get fireLatched() {
      return latched
    },
    get dropped() {
      return dropped
    },
    get drops() {
      return drops
    },
    look,
    boot() {
      stopDeadman()
      deadmanMs = 0
      dropped = false
      waiting = null
      if (fire === null) return
      pins.pullUp(fire.pin)
      if (latched) open()
      look()
    },
    mayWrite: pin => !dropped && !fireDrives(pin),
    maySetMode: pin => !fireDrives(pin) && pin !== fire?.pin,
    stop() {
      stopDeadman()
      stopFire()
      watching = false
    },
  }
}

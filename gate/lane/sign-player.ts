/**
 * What a lane shows and sounds for each sign of the table of codes. Never colour alone: shape
 * (arrow or cross), lamp and sound pattern differ together.
 */
import type { Lamp, Signals, Timers, Unsubscribe } from '../../hardware/ports.ts'
import type { ShownSign } from '../machine/state.ts'

interface Pattern {
  readonly lamps: Partial<Record<Lamp, 'on' | 'blink'>>
  /** Milliseconds of tone, silence, tone, … */
  readonly sound: readonly number[]
  /** Whether the sound begins anew when it ends. */
  readonly repeats: boolean
}

const LAMPS: readonly Lamp[] = ['arrow', 'cross', 'amber']
const BLINK_MS = 400

const PATTERNS: Record<ShownSign, Pattern> = {
  idle: { lamps: {}, sound: [], repeats: false },
  free: { lamps: { arrow: 'on' }, sound: [], repeats: false },
  closed: { lamps: { cross: 'on' }, sound: [], repeats: false },
  none: { lamps: {}, sound: [], repeats: false },
  pass: { lamps: { arrow: 'on' }, sound: [120], repeats: false },
  refuse: { lamps: { cross: 'on' }, sound: [250, 120, 250], repeats: false },
  retry: { lamps: { cross: 'on', amber: 'on' }, sound: [250], repeats: false },
  fraud: { lamps: { cross: 'blink' }, sound: [150, 150], repeats: true },
  intrusion: { lamps: { cross: 'blink' }, sound: [2000], repeats: false },
  open: { lamps: { arrow: 'blink' }, sound: [600, 400], repeats: true },
  service: { lamps: { amber: 'on' }, sound: [], repeats: false },
}

/** What a lane shows while nothing is going on; all else is over in seconds, or more urgent. */
const RESTING: ReadonlySet<ShownSign> = new Set(['idle', 'free', 'closed'])

export interface SignPlayer {
  /** Ends what was shown and shows this. */
  show(sign: ShownSign): void
  /** Whether the amber lamp is on beside each sign at rest, from now on. */
  warn(is: boolean): void
  stop(): void
}

export function createSignPlayer(signals: Signals, timers: Timers): SignPlayer {
  const running = new Set<Unsubscribe>()
  let shown: ShownSign = 'none'
  let warning = false

  function later(delayMs: number, run: () => void): void {
    const cancel = timers.after(delayMs, () => {
      running.delete(cancel)
      run()
    })
    running.add(cancel)
  }

  function stop(): void {
    for (const cancel of running) cancel()
    running.clear()
    signals.buzzer(false)
  }

  function blink(lamp: Lamp, on: boolean): void {
    signals.lamp(lamp, on)
    later(BLINK_MS, () => blink(lamp, !on))
  }

  function sound(pattern: Pattern, step: number): void {
    const lengthMs = pattern.sound[step]
    if (lengthMs === undefined) {
      signals.buzzer(false)
      if (pattern.repeats) later(BLINK_MS, () => sound(pattern, 0))
      return
    }
    signals.buzzer(step % 2 === 0)
    later(lengthMs, () => sound(pattern, step + 1))
  }

  function patternOf(sign: ShownSign): Pattern {
    const pattern = PATTERNS[sign]
    if (!warning || !RESTING.has(sign)) return pattern
    return { ...pattern, lamps: { ...pattern.lamps, amber: 'on' } }
  }

  function show(sign: ShownSign): void {
    stop()
    shown = sign
    const pattern = patternOf(sign)
    for (const lamp of LAMPS) {
      if (pattern.lamps[lamp] === 'blink') blink(lamp, true)
      else signals.lamp(lamp, pattern.lamps[lamp] === 'on')
    }
    if (pattern.sound.length > 0) sound(pattern, 0)
  }

  return {
    show,
    warn(is) {
      if (is === warning) return
      warning = is
      if (RESTING.has(shown)) show(shown)
    },
    stop,
  }
}

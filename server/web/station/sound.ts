/** The buzzers of the lanes, heard while their pins are high, when somebody asks for it. */
import { effect, type Signal, signal } from '@preact/signals'
import { activeOf } from './lane-drawing.ts'
import type { Station } from './station.ts'

export interface Buzzers {
  /** A browser lets a page sound only after a click. */
  readonly isOn: Signal<boolean>
}

/** A piezo buzzer of each lane, so that one hears which it is: hertz. */
const TONES = [2300, 1900]
const LOUDNESS = 0.06

export function createBuzzers({ lanes }: Station): Buzzers {
  const isOn = signal(false)
  let context: AudioContext | undefined
  let stops: (() => void)[] = []

  effect(() => {
    for (const stop of stops) stop()
    stops = []
    if (!isOn.value) return
    context ??= new AudioContext()
    const sounding = context
    stops = lanes.value.map(({ plan, levels }, i) => {
      const voice = buzzer(sounding, TONES[i % TONES.length] ?? 2000)
      const end = effect(() => voice.sound(activeOf(plan, levels.value, 'buzzer')))
      return () => {
        end()
        voice.stop()
      }
    })
  })
  return { isOn }
}

function buzzer(context: AudioContext, hertz: number) {
  const tone = new OscillatorNode(context, { type: 'square', frequency: hertz })
  const level = new GainNode(context, { gain: 0 })
  tone.connect(level).connect(context.destination)
  tone.start()
  return {
    sound(on: boolean): void {
      level.gain.setTargetAtTime(on ? LOUDNESS : 0, context.currentTime, 0.005)
    },
    stop(): void {
      tone.stop()
      level.disconnect()
    },
  }
}

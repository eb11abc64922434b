/**
 * The protocol of a board with the gate firmware, as hardware/firmware/firmata.c has it: it moves and
 * reports by checked frames only, and accepts no single frame after noise.
 */
import {
  createFrameJudge,
  encodeFrame,
  isFrame,
  orderFlags,
  pinBit,
  type SetUp,
  stateFlags,
} from '../guarded-line.ts'
import { sysexBytesMax } from '../limits.ts'
import { createLineReader } from '../line-reader.ts'
import type { Timers, Unsubscribe } from '../ports.ts'
import { type BoardPins, type Firmware, firstPin, modes } from './board-pins.ts'
import type { BoardSafety } from './board-safety.ts'
import { firmataBytes } from './firmata-protocol.ts'
import { decodeSetUp } from './set-up.ts'

const hello = firmataBytes.firmware('wicketgate', 2, 2)
/** After noise, so many frames in a row act only if they are equal to the one before. */
const doubtFrames = 8
/** Seven bytes at 57600 baud. */
const frameMs = 70_000 / 57_600

interface Session {
  readonly number: number
  readonly setUp: SetUp
  readonly judge: ReturnType<typeof createFrameJudge>
  sequence: number
  asked: number | null
  told: number | null
  /** One more frame is due: the second of a change, or an answer. */
  again: boolean
}

export function createGateFirmware(
  pins: BoardPins,
  safety: BoardSafety,
  send: (bytes: readonly number[]) => void,
  timers: Timers,
): Firmware {
  let session: Session | null = null
  let busy = false
  let stopBusy: Unsubscribe = () => {}
  let doubt = 0

  function noise(): void {
    doubt = doubtFrames
  }

  function state(): number {
    let levels = 0
    for (let pin = firstPin; pin < pins.count; pin += 1) {
      const pulledUp = pins.state(pin)?.mode === modes.pullup
      if (pulledUp && pins.input(pin) === 1) levels |= pinBit(pin)
    }
    if (safety.fireLatched) levels |= stateFlags.fireLatched
    if (safety.dropped) levels |= stateFlags.dropped
    return levels
  }

  /** Until two frames in a row were equal; at most one is on the line, so that none is old. */
  function tell(): void {
    if (session === null || busy) return
    const levels = state()
    const changed = levels !== session.told
    if (!changed && !session.again) return
    session.again = changed
    session.told = levels
    send(encodeFrame(session.number, session.sequence++, levels))
    busy = true
    stopBusy = timers.after(frameMs, () => {
      busy = false
      tell()
    })
  }

  function answer(): void {
    if (session !== null) session.again = true
    tell()
  }

  function stop(): void {
    stopBusy()
    busy = false
    session = null
  }

  function setModes({ outputs, pullups }: SetUp): void {
    for (let pin = firstPin; pin < pins.count; pin += 1) {
      const bit = pinBit(pin)
      const mode = outputs & bit ? modes.output : pullups & bit ? modes.pullup : modes.input
      pins.setMode(pin, mode)
    }
  }

  function setUp(message: SetUp): boolean {
    const { deadmanMs, hold, fire } = message
    if (session?.number === message.session) return true
    if (!safety.arm(deadmanMs, hold)) return false
    if (fire !== null && !safety.configureFire(fire.pin, fire.outputs)) return false
    setModes(message)
    session = {
      number: message.session,
      setUp: message,
      judge: createFrameJudge(message.session),
      sequence: 0,
      asked: null,
      told: null,
      again: true,
    }
    return true
  }

  function sysex(bytes: readonly number[]): void {
    if (bytes[1] === 0x79 && bytes.length === 3) send(hello)
    if (bytes[1] !== 0x01) return
    const message = decodeSetUp(bytes)
    if (message !== null && setUp(message)) answer()
    else noise()
  }

  function frame(bytes: readonly number[]): void {
    const outcome = session?.judge.take(bytes) ?? { fault: 'BAD_CHECK' }
    if ('fault' in outcome && outcome.fault === 'BAD_CHECK') noise()
    if (session === null || 'fault' in outcome) return
    const { levels } = outcome
    const believed = doubt === 0 || levels === session.asked
    session.asked = levels
    if (doubt > 0) doubt -= 1
    if (believed) act(levels, session.setUp)
    answer()
  }

  function act(levels: number, setUp: SetUp): void {
    safety.stamp((levels & orderFlags.atRest) !== 0)
    // Its pins may have another mode since the alarm began.
    if (levels & orderFlags.resetFire && safety.resetFire()) setModes(setUp)
    for (let pin = firstPin; pin < pins.count; pin += 1) {
      pins.write(pin, levels & pinBit(pin) ? 1 : 0)
    }
  }

  const newReader = () =>
    createLineReader({
      dataBytes: command => (command === 0xf9 ? 0 : (command & 0xf0) === 0xa0 ? 6 : undefined),
      sysexBytesMax,
      onMessage(bytes) {
        if (isFrame(bytes)) frame(bytes)
        else if (bytes[0] === 0xf9) send(firmataBytes.version)
        else sysex(bytes)
      },
      onForeign: noise,
    })
  let reader = newReader()

  return {
    boot() {
      stop()
      doubt = 0
      reader = newReader()
      send(firmataBytes.version)
      send(hello)
    },
    receive: bytes => reader.push(bytes),
    look: tell,
    stop,
  }
}

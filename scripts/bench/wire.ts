/** Measures real drivers on simulated devices: what a scan costs beyond its wire, a relay's way. */
import { createGateBoard } from '../../hardware/drivers/board.ts'
import { contactWiring, profilePins, resolvePins } from '../../hardware/drivers/pins.ts'
import { createSerialScanner } from '../../hardware/drivers/scanner-serial.ts'
import { createAvrBoard } from '../../hardware/sim/avr-board.ts'
import { createFirmataBoard, type SimBoard } from '../../hardware/sim/firmata-board.ts'
import { createSimScanner } from '../../hardware/sim/scanner.ts'
import { createSerialWire } from '../../hardware/sim/serial-wire.ts'
import { until } from '../../hardware/sim/until.ts'
import { systemClock, systemTimers } from '../../hardware/system-time.ts'
import { quantile } from './spread.ts'

const time = { timers: systemTimers, clock: systemClock, random: Math.random }

export interface ScanFigure {
  readonly baudRate: number
  readonly characters: number
  /** What the line itself takes, milliseconds. */
  readonly wireMs: number
  /** From the first byte sent to the reading, median of the rounds. */
  readonly totalMs: number
}

/** Times a code of `characters` over a paced line. */
export async function measureScan(
  baudRate: number,
  characters = 418,
  rounds = 5,
): Promise<ScanFigure> {
  const wire = await createSerialWire({ baudRate })
  const scanner = createSimScanner({ wire })
  const reader = createSerialScanner({ name: 'bench', port: wire.path, baudRate, ...time })
  let open = false
  let readings = 0
  wire.onHostOpen(() => {
    open = true
  })
  reader.onReading(() => {
    readings += 1
  })
  try {
    await until('open', () => open)
    const took: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const text = `${round}`.padEnd(characters, 'A')
      const before = readings
      const startMs = performance.now()
      const read = new Promise<number>(resolve => {
        const end = reader.onReading(() => {
          end()
          resolve(performance.now())
        })
      })
      scanner.sendText(text)
      took.push((await read) - startMs)
      await until('counted', () => readings > before)
    }
    const wireMs = ((characters + 1) * 10_000) / baudRate
    return { baudRate, characters, wireMs, totalMs: quantile(took, 0.5) }
  } finally {
    await reader.close()
    await wire.close()
  }
}

export interface RelayFigure {
  readonly board: 'typescript' | 'emulated'
  /** From `energise` to the pin, milliseconds. */
  readonly p50Ms: number
  readonly p99Ms: number
}

/** Times the way from a relay call to the pin on both simulated boards. */
export async function measureRelay(rounds = 200): Promise<RelayFigure[]> {
  const wire = await createSerialWire({ baudRate: 57_600 })
  const firmata = createFirmataBoard({ wire })
  const avr = await createAvrBoard()
  try {
    return [
      { board: 'typescript', ...(await timeRelay(firmata, wire.path, rounds)) },
      { board: 'emulated', ...(await timeRelay(avr, avr.path, rounds)) },
    ]
  } finally {
    firmata.close()
    await wire.close()
    await avr.close()
  }
}

async function timeRelay(sim: SimBoard, port: string, rounds: number) {
  for (const [contact, { pin }] of resolvePins('bench', { profile: 'tripod' }).contacts) {
    sim.setInput(pin, contactWiring[contact] === 'opens' ? 0 : 1)
  }
  const board = createGateBoard({
    name: 'bench',
    port,
    pins: { profile: 'tripod' },
    deadman: { ms: 300 },
    ...time,
  })
  let ready = false
  board.onState(state => {
    ready = state.state === 'ready'
  })
  const relay = profilePins.tripod.entry
  const changed = () =>
    new Promise<number>(resolve => {
      const end = sim.onPin((pin, _level, atMs) => {
        if (pin !== relay) return
        end()
        resolve(atMs)
      })
    })
  try {
    await until('ready', () => ready)
    const took: number[] = []
    for (let round = 0; round < rounds; round += 1) {
      const high = changed()
      const startMs = performance.now()
      board.barrier.energise('entry')
      took.push((await high) - startMs)
      const low = changed()
      board.barrier.release('entry')
      await low
    }
    return { p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) }
  } finally {
    await board.close()
  }
}

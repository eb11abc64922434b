/**
 * A gate with one lane in virtual time, whole but for threads: real drivers of board and scanner on
 * lines in memory, a tripod with its contacts, a camera whose pictures are really watched, a disk in
 * memory, and somebody who stands there, holds up codes and says which lamps are lit.
 */
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { createVirtualTime, type VirtualTime } from '../../../fixtures/clock.ts'
import { createRequestLine, type RequestLine } from '../../../fixtures/request-line.ts'
import { createGateBoard } from '../../../hardware/drivers/board.ts'
import { createReopenedSource } from '../../../hardware/drivers/camera/reopened-source.ts'
import { type BarrierProfile, profilePins, resolvePins } from '../../../hardware/drivers/pins.ts'
import { createSerialScanner } from '../../../hardware/drivers/scanner-serial.ts'
import { DeviceError } from '../../../hardware/errors.ts'
import { createListeners } from '../../../hardware/listeners.ts'
import type { CodeReader, Contact, Lamp, Reading } from '../../../hardware/ports.ts'
import { createFirmataBoard } from '../../../hardware/sim/firmata-board.ts'
import { createMemoryWire } from '../../../hardware/sim/memory-wire.ts'
import { createSimScanner } from '../../../hardware/sim/scanner.ts'
import { seeded } from '../../../hardware/sim/seeded.ts'
import { connectTurnstile } from '../../../hardware/sim/turnstile.ts'
import { createDiskInMemory, type GateDisk } from '../../assembly/gate-disk.ts'
import { openConfig } from '../../assembly/open-config.ts'
import { createReconfigurableGate } from '../../assembly/reconfigurable-gate.ts'
import type { ConfigStore } from '../../config/store.ts'
import type { Ask, Finding, SelfTestEvent, SelfTestParts } from '../../selftest/finding.ts'
import { runSelfTest } from '../../selftest/self-test.ts'
import type { PathFault } from '../../selftest/service-path.ts'
import { createOrigin, fetchFrom } from '../trust/origin.ts'
import { LIST, T0, TrustWorld } from '../trust/world.ts'

const STRANGER = { identity: undefined, fault: 'a simulation without an identity' } as const
const LANE = {
  ...{ name: 'A', direction: 'entry' },
  readers: [
    { kind: 'serial', port: 'scanner' },
    { kind: 'camera', source: { type: 'mjpeg', url: 'http://camera/video' } },
  ],
}
/** Few heartbeats: they are most of what happens in a minute. */
const DEADMAN = { ms: 4000 }
const FRAME_MS = 1000
const PICTURE = { width: 32, height: 24 }
const GIB = 2 ** 30

/** Resolves when the lane is in service. `dir`: for its files. */
export async function createCabinet(dir: string, profile: BarrierProfile = 'tripod') {
  const line = createRequestLine()
  const time = createVirtualTime(T0 * 1000, line.quiet)
  const jump = { ms: 0 }
  const clock = { ...time.clock, nowMs: () => time.clock.nowMs() + jump.ms }
  const world = await TrustWorld.create(() => Math.floor(time.clock.nowMs() / 1000))
  const origin = createOrigin(world)
  const lane = createLaneDevices(time, profile)
  const disk = createTroubledDisk()
  const way: { broken?: PathFault | undefined } = {}
  writeFileSync(join(dir, 'trust-1.cbor'), world.factory)
  const file = join(dir, 'gate.json')
  const config = {
    ...{ gate: 'north-1', station: 'north', data: 'data' },
    lanes: [{ ...LANE, board: { port: 'board', profile } }],
    ...{ service: { url: 'http://service' }, trust: { factory: 'trust-1.cbor' } },
  }
  writeFileSync(file, JSON.stringify(config))
  const opened = openConfig(file, 0)
  const { engine, control } = createReconfigurableGate(
    { ...opened, store: heldStore(opened.store, line) },
    {
      ...{ clock, timers: time.timers, randomBytes, machineBoot: 'boot-1', disk: disk.port },
      random: () => 0.5,
      fetch: fetchFrom(origin) as typeof fetch,
      log: pino({ level: 'silent' }),
      openBoard: lane.openBoard,
      openReader: (_, { name, config: { kind } }) =>
        kind === 'camera' ? lane.camera.open(name) : lane.openScanner(name),
    },
    fault => {
      throw fault
    },
  )

  /** What a promise gives, with the time that it takes. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let over = false
    const done = work.finally(() => {
      over = true
    })
    done.catch(() => {})
    while (!over) await time.advanceAsync(100)
    return done
  }

  const parts: SelfTestParts = {
    ...{ control, timers: time.timers, nowMs: clock.nowMs, by: 'lin' },
    ...{ maintenance: 'take', attended: true },
    reach: async () => way.broken,
    pinOf: (_, name) => (profilePins[profile] as Readonly<Record<string, number>>)[name],
  }

  /** Whoever is asked does it, as far as the cabinet lets them. */
  function help({ part, answer }: Ask): void {
    if (part === 'beams') lane.waveHand()
    else if (part === 'A.serial') lane.holdCode()
    else if (part === 'A.camera') lane.camera.holdCode()
    // By then it is lit, if it ever is.
    else time.timers.after(500, () => answer?.(lane.seen(part)))
  }

  async function collect(
    change: Partial<SelfTestParts>,
    onEvent: (event: SelfTestEvent) => void,
  ): Promise<Finding[]> {
    const findings: Finding[] = []
    for await (const event of runSelfTest({ ...parts, ...change })) {
      onEvent(event)
      if (event.type === 'ask') help(event)
      else findings.push(event)
    }
    return findings
  }

  await inTime(engine.start())
  const cabinet = {
    ...{ time, control, parts, world, origin, disk, way, jump, inTime },
    ...lane,
    async test(change: Partial<SelfTestParts> = {}, onEvent = (_: SelfTestEvent) => {}) {
      return inTime(collect(change, onEvent))
    },
    publish: () => world.publish({ lists: { [LIST]: [] } }),
    /** Throws when it never is. */
    async inService() {
      for (let ms = 0; control.lanes()[0]?.state !== 'Locked'; ms += 100) {
        if (ms > 120_000) throw new Error(`never in service: ${JSON.stringify(control.lanes())}`)
        await time.advanceAsync(100)
      }
    },
    async allReady() {
      while (control.devices().some(({ state }) => state !== 'ready')) await time.advanceAsync(100)
    },
    stop: () => inTime(engine.stop()),
  }
  await cabinet.inService()
  // A lane serves by one reader of a direction; the other may come later.
  await cabinet.allReady()
  return cabinet
}

/** A thread writes the revisions, in real time: the cabinet's own stands still meanwhile. */
function heldStore(store: ConfigStore, line: RequestLine): ConfigStore {
  return {
    ...store,
    write: change => line.elsewhere(store.write(change)),
    close: () => line.elsewhere(store.close()),
  }
}

function createLaneDevices(time: VirtualTime, profile: BarrierProfile) {
  const boardWire = createMemoryWire({ name: 'board', ...time })
  const scannerWire = createMemoryWire({ name: 'scanner', ...time, baudRate: 9600 })
  const board = createFirmataBoard({ wire: boardWire, float: () => 0, ...time })
  const pins = { profile }
  const contactNames = [...resolvePins('board', pins).contacts.keys()]
  const turnstile = connectTurnstile({ board, pins, ...time })
  const scanner = createSimScanner({ wire: scannerWire })
  const blindBeams = new Set<Contact>()
  const beams = contactNames.filter(one => one.startsWith('beam'))
  const scannerFaults: { mute?: boolean; cuts?: boolean } = {}
  const ports = { ...time, random: () => 0.5 }
  let codes = 0
  return {
    ...{ boardWire, scannerWire, board, turnstile, scanner, scannerFaults, blindBeams },
    camera: createCamera(time),
    openBoard: () =>
      createGateBoard({
        ...{ ...ports, name: 'A.board', port: boardWire.transport, pins, deadman: DEADMAN },
      }),
    openScanner: (name: string): CodeReader =>
      createSerialScanner({ ...ports, name, port: scannerWire.transport, baudRate: 9600 }),
    /** A hand in each beam that sees one, one after the other. */
    waveHand() {
      for (const [index, beam] of beams.entries()) {
        const set = (on: true | null) => () => turnstile.setContact(beam, on)
        if (blindBeams.has(beam)) continue
        time.timers.after(1000 * (index + 1), set(true))
        time.timers.after(1000 * (index + 1) + 300, set(null))
      }
    },
    /** Another one each time, before the scanner. */
    holdCode() {
      const text = `HELD UP BY A TECHNICIAN ${++codes}`
      if (scannerFaults.cuts) scannerWire.write(Buffer.from(text.slice(0, 12)))
      else if (!scannerFaults.mute) scanner.sendText(text)
    },
    /** What somebody who looks at a lamp, or listens, says. */
    seen: (part: string) =>
      part === 'buzzer' ? turnstile.buzzer : turnstile.lamp(part.slice('lamp '.length) as Lamp),
  }
}

/** Frames of a hall; black, the same again and again, or none. */
function createCamera(time: VirtualTime) {
  const random = seeded(19)
  const readings = createListeners<[Reading]>()
  const fault: { is?: 'black' | 'frozen' | 'lost' | undefined } = {}
  let last = new Uint8Array(PICTURE.width * PICTURE.height)

  function picture(): Uint8Array<ArrayBuffer> {
    if (fault.is === 'frozen') return last
    // Noise of the sensor, and half of the hall in the light.
    const lit = (at: number) => fault.is !== 'black' && at % PICTURE.width < PICTURE.width / 2
    last = last.map((_, at) => Math.floor(random() * 16) + (lit(at) ? 160 : 0))
    return last
  }

  function open(name: string): CodeReader {
    const gone = new DeviceError('CAMERA_ENDED', name, `${name}: its power is gone`)
    const source = createReopenedSource({
      ...{ ...time, name, random: () => 0, isSteady: true },
      open(events) {
        let stop = () => {}
        const next = () => {
          stop = time.timers.after(FRAME_MS, next)
          if (fault.is === 'lost') events.fault(gone)
          else events.frame({ ...PICTURE, luma: picture(), atMs: time.clock.monotonicMs() })
        }
        stop = time.timers.after(FRAME_MS, next)
        return { close: async () => stop() }
      },
    })
    const { onState, close } = source
    return { name, onState, close, onReading: readings.add }
  }

  return {
    ...{ fault, open },
    holdCode() {
      readings.emit({ text: 'HELD UP', lastByteMs: time.clock.monotonicMs() })
    },
  }
}

/** A disk in memory, good until a test says otherwise. */
function createTroubledDisk() {
  const memory = createDiskInMemory(STRANGER)
  const fault: { is?: 'full' | 'hung' | undefined } = {}
  const room = async () => {
    if (fault.is === 'hung') return new Promise<never>(() => {})
    return fault.is === 'full'
      ? { freeBytes: 4096, held: false }
      : { freeBytes: 8 * GIB, held: true }
  }
  const port: GateDisk = {
    ...memory,
    async openJournal(...of) {
      return { ...(await memory.openJournal(...of)), room, holdReserve: room }
    },
  }
  return { port, fault, journal: memory.journal }
}

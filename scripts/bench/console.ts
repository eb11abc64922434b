/**
 * `npm run bench -- console`: the technician's console of a real gate while people rush through all
 * of its lanes: how soon it answers, and whether a scan's way to its relay is any longer when somebody
 * watches, or when a terminal takes nothing of what it is told.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWorld, startStation, type World } from '../../fixtures/world.ts'
import { createSerialWire, type SerialWire } from '../../hardware/sim/serial-wire.ts'
import { type Answer, createSeat, type Seat } from './console-seat.ts'
import { type Figure, figure } from './figure.ts'
import {
  createScans,
  lastByteToRelayMs,
  phonesOf,
  SCANNER_BAUD,
  type Scans,
  type Show,
} from './gate-scans.ts'
import { costOf, inTurns, ratioIn } from './pairs.ts'
import { inUnits, median, spreadOf, tailSpread } from './spread.ts'

const PART = 'console'
const LANES = ['A', 'B', 'C'] as const
const PHONES_A_LANE = 13
const WARM_UP = 20
const COMMANDS = ['status', 'show lanes', 'journal tail', 'explain ALREADY_USED', 'config show']
const ASKED = 200
const ANSWER_MS = 50
/** Many short ones, so that a busy machine affects all sides of one alike. */
const ROUNDS = 60
/** Of a round at each lane. */
const SCANS = 4
const SETTLE_MS = 150
const USER = 'lin'

export async function benchConsole(): Promise<Figure[]> {
  const dir = mkdtempSync(join(tmpdir(), 'wicketgate-bench-'))
  const serial = await createSerialWire()
  const world = await createWorld({
    dir,
    lanes: LANES.map(name => ({ name, direction: 'entry' })),
    scannerBaud: SCANNER_BAUD,
    // Boards and scanners share a process here: its pauses are none of the gate.
    deadmanMs: 2000,
    // As on a site.
    pollMs: 10_000,
    lane: { policy: { passback: 'off' } },
    gate: { console: { serial: { port: serial.path } } },
  })
  try {
    await startStation(world)
    const lanes = await scansOfLanes(world)
    const [seat, other] = await takeSeats(world, serial)
    await scansAtAll(lanes, WARM_UP)
    const answers = await answerFigures(seat, lanes)
    return [...answers, ...(await relayFigures(lanes, serial, seat, other))]
  } finally {
    await world.close()
    await serial.close()
    rmSync(dir, { recursive: true, force: true })
  }
}

const show: Show = (lane, text) => lane.scanner.sendText(text)

function scansOfLanes(world: World): Promise<readonly Scans[]> {
  return Promise.all(
    world.lanes.map(async (lane, n) =>
      createScans(world, await phonesOf(world, PHONES_A_LANE, n * PHONES_A_LANE), lane),
    ),
  )
}

/** So many at each lane, all lanes at once; milliseconds from last byte to relay. */
async function scansAtAll(lanes: readonly Scans[], count: number): Promise<readonly number[]> {
  const took = await Promise.all(lanes.map(scans => scans(count, show)))
  return took.flat().map(lastByteToRelayMs)
}

/** Does `work` while people go through all lanes. */
async function inRush<T>(lanes: readonly Scans[], work: () => Promise<T>): Promise<T> {
  let isOver = false
  const rush = Promise.all(
    lanes.map(async scans => {
      while (!isOver) await scans(1, show)
    }),
  )
  try {
    const [done] = await Promise.all([work().finally(() => (isOver = true)), rush])
    return done
  } finally {
    isOver = true
  }
}

/** One at the serial line, one at the socket. */
async function takeSeats(world: World, serial: SerialWire): Promise<readonly [Seat, Seat]> {
  const { pid } = world.gate()
  const seat = createSeat(serial.write, pid)
  serial.onBytes(seat.receive)
  await seat.becomeAdmin(USER)
  const socket = connect(join(world.dir, 'gate', 'console.sock'))
  const other = createSeat(bytes => socket.write(bytes), pid)
  socket.on('data', other.receive)
  await other.logIn(USER)
  return [seat, other]
}

/** Commands in turn, so that each meets the same rush. */
async function answerFigures(seat: Seat, lanes: readonly Scans[]): Promise<Figure[]> {
  const took = new Map(COMMANDS.map(command => [command, [] as Answer[]]))
  await inRush(lanes, async () => {
    for (let n = 0; n < ASKED; n++) {
      for (const command of COMMANDS) took.get(command)?.push(await seat.ask(command))
    }
  })
  return [...took].flatMap(([command, all]) => {
    const onClock = all.map(({ ms }) => ms)
    const ownTime = all.map(({ ms, queuedMs }) => ms - queuedMs)
    const p99 = tailSpread(ownTime, 0.99)
    const against = { limit: `${ANSWER_MS} ms`, ratio: inUnits(p99, ANSWER_MS), goal: '≤1' }
    const what = `${command}, ${all[0]?.bytes} bytes`
    return [
      figure(PART, `${what}, p50`, [spreadOf(onClock), 'ms']),
      figure(PART, `${what}, p99 of ${all.length}`, [tailSpread(onClock, 0.99), 'ms']),
      figure(PART, `${what}, p99 without waits for a processor`, [p99, 'ms'], against),
      figure(PART, `${what}, slowest without them`, [Math.max(...ownTime), 'ms']),
    ]
  })
}

/** Who is at the console's two lines while the scans of a round run. */
const WATCHERS = {
  nobody: 'nobody watches',
  monitor: 'monitor on two lines',
  stalled: 'monitor on a terminal that reads nothing',
} as const

async function relayFigures(
  lanes: readonly Scans[],
  serial: SerialWire,
  seat: Seat,
  other: Seat,
): Promise<Figure[]> {
  const took = new Map(Object.values(WATCHERS).map(name => [name, [] as number[]]))
  const measured = async (name: (typeof WATCHERS)[keyof typeof WATCHERS]) => {
    // What was typed is answered by then.
    await new Promise(resolve => setTimeout(resolve, SETTLE_MS))
    const all = await scansAtAll(lanes, SCANS)
    took.get(name)?.push(...all)
    return median(all)
  }
  const rounds = await inTurns(
    [
      { name: WATCHERS.nobody, round: () => measured(WATCHERS.nobody) },
      {
        name: WATCHERS.monitor,
        async round() {
          for (const one of [seat, other]) await one.monitor()
          const ms = await measured(WATCHERS.monitor)
          for (const one of [seat, other]) await one.stop()
          return ms
        },
      },
      {
        name: WATCHERS.stalled,
        async round() {
          serial.stall(true)
          const isRead = seat.fillAndMonitor()
          const [ms] = await Promise.all([
            measured(WATCHERS.stalled).finally(() => serial.stall(false)),
            isRead,
          ])
          await seat.stop()
          return ms
        },
      },
    ],
    ROUNDS,
  )
  return Object.values(WATCHERS).flatMap(name => {
    const limit = WATCHERS.nobody
    const against =
      name === limit ? {} : { limit, ratio: ratioIn(rounds, name, limit), goal: '≤1.10' }
    // As in the medians, the first round is for warming up.
    const all = took.get(name)?.slice(SCANS * LANES.length) ?? []
    const what = `last byte of a scan to its relay, ${name}`
    return [
      figure(PART, `${what}, p50`, [costOf(rounds, name), 'ms'], against),
      figure(PART, `${what}, p99`, [tailSpread(all, 0.99), 'ms']),
    ]
  })
}

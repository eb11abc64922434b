/** A whole station: service and gate as programs of their own, two lanes of simulated hardware, its page. */
import { createWorld, startEnrolledGate, type World } from '../../fixtures/world.ts'
import type { PinConfig } from '../../hardware/drivers/pins.ts'
import { createNullModem } from '../../hardware/sim/null-modem.ts'
import { loadConfig } from '../../server/config.ts'
import { putDemo, type Seeded } from '../seed/put.ts'
import { type StationPage, servePage } from './page/serve.ts'
import { createShow } from './page/show.ts'
import { createPhones, travellerOf } from './phones.ts'
import { createSabotage, type Sabotage } from './sabotage.ts'
import type { Station } from './station-state.ts'
import { openTlsDoor, type TlsDoor } from './tls-door.ts'

export interface WholeOptions {
  readonly dir: string
  /** The service's; any free one when left out and PORT is taken. */
  readonly port: number | undefined
  /** Whether phones of the same network get at the passenger's page. */
  readonly https?: boolean
  /** Hears what is waited for. */
  readonly onStep: (what: string) => void
  /** What the prompt's commands say. */
  readonly say: (text: string) => void
}

export interface WholeStation {
  readonly station: Station
  readonly demo: Seeded
  readonly page: StationPage['at']
  /** Of phones, where there is one. */
  readonly door: TlsDoor | undefined
  /** The technician's end of the gate's console line. */
  readonly consolePath: string
}

export interface Opening {
  /** Resolves when people can come. Rejects when it is closed before. */
  readonly ready: Promise<WholeStation>
  /** Ends all that was begun. */
  close(): Promise<void>
}

/** Takes over what has been begun: how it ends. */
type Begun = (end: () => Promise<void>) => Promise<void>

const PORT = 8080
const TLS_PORT = 8443
/** The station's page, beside the service's. */
const PAGE_PORT = 8088
export const CONSOLE_BAUD = 115_200
/** A low beam tells a case from a second person. */
export const FLAP_PINS: PinConfig = { profile: 'flap', pins: { beamLow: 6 } }
/** Whoever plays has a busy machine: an emulated board must not lose its host at once. */
const DEADMAN_MS = 2000
/** Whoever covers a beam is told of it soon. */
const STUCK_MS = 10_000
/** At any hour of the day the next train boards, minutes before it leaves. */
const BOARDING = { opensMin: 1440, closesMin: 0 }
/** Issuer keys and trains of a station that is started again and again. */
const DAYS = 30

export function openWhole(options: WholeOptions): Opening {
  const ends: (() => Promise<void>)[] = []
  let isOver = false
  const begun: Begun = async end => {
    if (isOver) {
      await end()
      throw new Error('stopped while it started')
    }
    ends.push(end)
  }
  return {
    ready: open(options, begun),
    async close() {
      isOver = true
      for (const end of ends.splice(0).reverse()) await end()
    },
  }
}

async function open(
  { port, say, onStep, https, ...options }: WholeOptions,
  begun: Begun,
): Promise<WholeStation> {
  onStep('starting: keys and staff …')
  const cable = await createNullModem({ baudRate: CONSOLE_BAUD })
  await begun(() => cable.close())
  const sabotage = createSabotage(options.dir)
  await begun(() => sabotage.close())
  const world = await createStationWorld({ ...options, port }, cable.pathA, sabotage)
  await begun(() => world.close())
  const demo = await putDemo(loadConfig(world.serverConfigFile, process.env), 1, Date.now(), DAYS)
  onStep('starting: the service, then the gate …')
  await world.startServer()
  // Before the gate looks for who has a ticket: its first list has the first travellers.
  const phone = await travellerOf(world)
  const phones = createPhones(world)
  phones.fill()
  await startEnrolledGate(world)
  const door = https ? await openTlsDoor({ target: world.url, port: TLS_PORT }) : undefined
  await begun(async () => door?.close())
  const held = { phone, reader: 'scanner' as const, lastText: '' }
  const station = { world, held, people: demo.people, phones, sabotage, say }
  const show = createShow(station, cable.tap)
  await begun(async () => show.close())
  world.onGateLine(show.hear)
  const page = await servePage(show, port === 0 ? 0 : PAGE_PORT)
  await begun(() => page.close())
  return { station, demo, door, page: page.at, consolePath: cable.pathB }
}

function createStationWorld(
  { dir, port }: Pick<WholeOptions, 'dir' | 'port'>,
  console: string,
  { gateEnv, gateUrl }: Sabotage,
): Promise<World> {
  return createWorld({
    ...{ dir, gateEnv, gateUrl },
    port: port ?? PORT,
    orAnyPort: port === undefined,
    lanes: [
      { name: 'A', direction: 'entry', pins: FLAP_PINS },
      { name: 'B', direction: 'exit' },
    ],
    more: ['hid', 'camera'],
    deadmanMs: DEADMAN_MS,
    lane: { timing: { stuckMs: STUCK_MS }, policy: { ticket: 'hard' } },
    service: { boarding: BOARDING },
    days: DAYS,
    releasedDays: DAYS,
    gate: { console: { serial: { port: console, baudRate: CONSOLE_BAUD } } },
  })
}

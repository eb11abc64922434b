/** What one can do with a running station, as a table: the prompt and its help read it. */
import { readJournal } from '../../fixtures/gate-journal.ts'
import type { Phone } from '../../fixtures/phone.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import type { World } from '../../fixtures/world.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { until } from '../../hardware/sim/until.ts'
import { CASES, isCaseName } from '../demo/cases.ts'

export interface Station {
  readonly world: World
  phone: Phone
  /** What a code is shown to. */
  reader: ReaderName
  /** The code shown last. */
  lastText: string
  readonly say: (text: string) => void
}

const READERS = ['scanner', 'usb', 'camera'] as const
type ReaderName = (typeof READERS)[number]

interface Command {
  readonly usage: string
  readonly what: string
  readonly run: (station: Station, args: readonly string[]) => Promise<void>
}

/** Said to the person at the prompt; nothing is broken. */
class Refused extends Error {}

/** How long a phone is held before a camera. */
const HELD_MS = 1500

const SHOWN = ['screenshot', 'forged', 'tampered', 'expired', 'no-proof', 'garbage'] as const

export const COMMANDS: Readonly<Record<string, Command>> = {
  enter: {
    usage: 'enter',
    what: 'shows a live code at lane A and walks in',
    run: station => scanAndWalk(station, 'A', 'entry'),
  },
  leave: {
    usage: 'leave',
    what: 'shows a live code at lane B and walks out',
    run: station => scanAndWalk(station, 'B', 'exit'),
  },
  show: {
    usage: 'show again',
    what: 'shows the last code at lane A once more; or one of these:',
    run: showOther,
  },
  reader: {
    usage: 'reader scanner|usb|camera',
    what: 'which reader of a lane a code is shown to from now on',
    run: async (station, [name]) => {
      const known = READERS.find(one => one === name)
      if (known === undefined) throw new Refused(`reader ${READERS.join(', ')}`)
      station.reader = known
    },
  },
  walk: {
    usage: 'walk A|B',
    what: 'somebody walks up to a lane without a code',
    run: async ({ world, say }, [name]) => {
      const lane = laneOf(world, name)
      const { through } = await walk(lane.turnstile, 'normal', lane.direction)
      say(through[0] ? 'went through' : 'the arm held; turned back')
    },
  },
  issue: {
    usage: 'issue',
    what: 'the window issues a new certificate and it goes on the phone',
    run: async station => {
      station.phone = await station.world.traveller()
      station.say(`certificate ${station.phone.certificateId} is on the phone`)
    },
  },
  revoke: {
    usage: 'revoke',
    what: 'the window revokes the certificate on the phone',
    run: revoke,
  },
  network: {
    usage: 'network off|on',
    what: 'stops the service, or starts it again',
    run: async ({ world, say }, [to]) => {
      if (to !== 'on' && to !== 'off') throw new Refused('network off, or network on')
      if (to === 'off') await world.server().stop()
      else await world.startServer()
      say(to === 'off' ? 'the service is gone; the gate goes on alone' : 'the service is back')
    },
  },
  unplug: {
    usage: 'unplug board|scanner|usb A|B',
    what: 'pulls a cable; plug puts it back',
    run: async ({ world }, args) => wireOf(world, args).unplug(),
  },
  plug: {
    usage: 'plug board|scanner|usb A|B',
    what: 'puts the cable back',
    run: ({ world }, args) => wireOf(world, args).replug(),
  },
  fire: {
    usage: 'fire on|off A|B',
    what: 'opens the fire loop of a lane, or closes it; then release resets it',
    run: async ({ world }, [to, name]) => {
      if (to !== 'on' && to !== 'off') throw new Refused('fire on A, or fire off A')
      laneOf(world, name).turnstile.setContact('fire', to === 'on')
    },
  },
  release: {
    usage: 'release A|B',
    what: 'presses the attendant’s button: one passage, or the end of a fire',
    run: async ({ world }, [name]) => {
      const { turnstile } = laneOf(world, name)
      turnstile.setContact('release', true)
      await until('the button to be seen', () => turnstile.contact('release'))
      setTimeout(() => turnstile.setContact('release', false), 200)
    },
  },
  journal: {
    usage: 'journal [N]',
    what: 'the last rows of the gate’s journal',
    run: async ({ world, say }, [count]) => {
      const rows = readJournal(world.journalFile).slice(-(Number(count) || 10))
      for (const { seq, kind, lane, body } of rows) {
        const { trace: _trace, cti: _cti, ...rest } = body
        say(
          `${String(seq).padStart(5)}  ${kind.padEnd(9)} ${lane.padEnd(2)} ${JSON.stringify(rest)}`,
        )
      }
    },
  },
}

/** Runs one typed line. Resolves false for `quit`. */
export async function runLine(station: Station, line: string): Promise<boolean> {
  const [name = '', ...args] = line.trim().split(/\s+/)
  if (name === '') return true
  if (name === 'quit' || name === 'exit') return false
  if (name === 'help' || name === '?') {
    station.say(helpText())
    return true
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command === undefined) {
    station.say(`no command "${name}"; help lists them`)
    return true
  }
  await command.run(station, args).catch(error => {
    station.say(error instanceof Refused ? error.message : `that failed: ${error.message}`)
  })
  return true
}

export function helpText(): string {
  const row = (usage: string, what: string) => `  ${usage.padEnd(30)} ${what}`
  const shown = SHOWN.map(name => row(`show ${name}`, CASES[name].what))
  const rows = Object.entries(COMMANDS).flatMap(([name, { usage, what }]) =>
    name === 'show' ? [row(usage, what), ...shown] : [row(usage, what)],
  )
  return [...rows, row('quit', 'stops the station')].join('\n')
}

function laneOf(world: World, name: string | undefined): SimLane {
  const lane = world.lanes.find(one => one.name === name?.toUpperCase())
  if (lane === undefined) throw new Refused('which lane? A or B')
  return lane
}

function wireOf(world: World, [device, name]: readonly string[]) {
  const lane = laneOf(world, name)
  if (device === 'board') return lane.boardWire
  if (device === 'scanner') return lane.scannerWire
  if (device === 'usb' && lane.usb) return lane.usb
  throw new Refused('which device? board, scanner or usb')
}

async function scanAndWalk(station: Station, name: string, way: 'entry' | 'exit'): Promise<void> {
  const lane = laneOf(station.world, name)
  station.lastText = await station.phone.present(Date.now())
  showTo(station, lane)
  const open = await until('an answer', () => lane.turnstile.relay(way), 2500).then(
    () => true,
    () => false,
  )
  if (!open) return station.say('the lane stays shut')
  await walk(lane.turnstile, 'normal', way)
}

/** The code shown last, before the chosen reader of a lane. */
function showTo({ reader, lastText }: Station, lane: SimLane): void {
  if (reader === 'scanner') lane.scanner.sendText(lastText)
  if (reader === 'usb') lane.usb?.scan(lastText)
  if (reader !== 'camera') return
  lane.camera?.hold(lastText)
  setTimeout(() => lane.camera?.clear(), HELD_MS).unref()
}

async function showOther(station: Station, [what]: readonly string[]): Promise<void> {
  const { world, phone } = station
  const lane = laneOf(world, 'A')
  if (what === 'again') {
    if (station.lastText === '') throw new Refused('nothing was shown yet')
    return showTo(station, lane)
  }
  const known = SHOWN.find(name => name === what)
  if (known === undefined || !isCaseName(known))
    throw new Refused(`show ${SHOWN.join(', ')}, again`)
  station.lastText = await CASES[known].text(world, phone, Date.now())
  showTo(station, lane)
}

async function revoke({ world, phone, say }: Station): Promise<void> {
  const agent = await world.signIn('agent')
  const path = `/v1/desk/certificates/${phone.certificateId}/revoke`
  await agent.post(path, { reason: 'typed at the station’s prompt' })
  say('revoked; the gate learns it at its next poll, within a second')
}

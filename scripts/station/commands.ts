/** What one can do with a running station, as a table: the prompt and its help read it. */
import { join, relative } from 'node:path'
import { readJournal, type SeenRow } from '../../fixtures/gate-journal.ts'
import type { World } from '../../fixtures/world.ts'
import { explainRow } from '../../gate/contract/explain-row.ts'
import { nearestName } from '../../gate/contract/options.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { FACES } from '../seed/put.ts'
import { pressRelease } from './coming.ts'
import { MADE, makeTrouble } from './made-troubles.ts'
import { travellerOf } from './phones.ts'
import { orSaid, Refused, serviceGone } from './refused.ts'
import { SHOWN, scanAndWalk, showOther } from './showing.ts'
import { helpRow, laneOf, READERS, type Station } from './station-state.ts'
import { send, TRAVELLERS } from './travellers.ts'

interface Command {
  /** Each word that follows the name: what it may be. */
  readonly words?: readonly (readonly string[])[]
  /** What else may follow, in brackets. */
  readonly more?: string
  /** In place of what help would make of `words`. */
  readonly usage?: string
  /** Up to 50 columns. */
  readonly what: string
  readonly run: (station: Station, args: readonly string[]) => Promise<void>
}

const LANES = ['A', 'B'] as const
const DEVICES = ['board', 'scanner', 'usb', 'camera'] as const
export const COMMANDS: Readonly<Record<string, Command>> = {
  enter: {
    what: 'shows a live code at lane A and walks in',
    run: station => scanAndWalk(station, 'A'),
  },
  leave: {
    what: 'shows a live code at lane B and walks out',
    run: station => scanAndWalk(station, 'B'),
  },
  send: {
    words: [Object.keys(TRAVELLERS), LANES],
    usage: 'send WHO A|B',
    what: 'somebody else comes; send alone tells who',
    run: send,
  },
  show: {
    words: [['again', ...SHOWN]],
    what: 'another code at lane A; show alone tells which',
    run: showOther,
  },
  reader: {
    words: [READERS],
    what: 'which reader of a lane a code is shown to',
    run: async (station, [name]) => {
      const known = READERS.find(one => one === name)
      if (known === undefined) throw new Refused(`reader ${READERS.join(', ')}`)
      station.held.reader = known
      station.say(`codes are shown to each lane’s ${known} from now on`)
    },
  },
  walk: {
    words: [LANES],
    what: 'somebody walks up to a lane without a code',
    run: async ({ world, say }, [name]) => {
      const lane = laneOf(world, name)
      const { through } = await walk(lane.turnstile, 'normal', lane.direction)
      if (through[0]) say('went through', '通过了')
      else say('the arm held; turned back', '闸门未开，已折返')
    },
  },
  issue: {
    what: 'the window issues a new certificate for the phone',
    run: async station => {
      needsService(station)
      const phone = await travellerOf(station.world)
      station.held.phone = phone
      station.say(`certificate ${phone.certificateId} is on the phone`)
    },
  },
  revoke: {
    what: 'the window revokes the certificate on the phone',
    run: revoke,
  },
  network: {
    words: [['off', 'on']],
    what: 'stops the service, or starts it again',
    run: network,
  },
  unplug: {
    words: [DEVICES, LANES],
    usage: 'unplug DEVICE A|B',
    what: 'the cable of board, scanner, usb or camera',
    run: async ({ world, say }, args) => {
      const { wire, en, zh } = cableOf(world, args)
      await wire.unplug()
      say(`${en} is out`, `${zh}已拔出`)
    },
  },
  plug: {
    words: [DEVICES, LANES],
    usage: 'plug DEVICE A|B',
    what: 'puts the cable back',
    run: async ({ world, say }, args) => {
      const { wire, en, zh } = cableOf(world, args)
      await wire.replug()
      say(`${en} is in`, `${zh}已插好`)
    },
  },
  fire: {
    words: [['on', 'off'], LANES],
    what: 'opens a lane’s fire loop, or closes it again',
    run: async ({ world }, [to, name]) => {
      if (to !== 'on' && to !== 'off') throw new Refused('fire on A, or fire off A')
      laneOf(world, name).turnstile.setContact('fire', to === 'on')
    },
  },
  trouble: {
    words: [MADE, ['on', 'off'], LANES],
    usage: 'trouble NAME on|off [A|B]',
    what: 'makes another trouble; trouble alone tells which',
    run: makeTrouble,
  },
  release: {
    words: [LANES],
    what: 'the attendant’s button: a passage; ends a fire',
    run: ({ world }, [name]) => pressRelease(laneOf(world, name)),
  },
  journal: {
    more: 'N',
    what: 'the last N rows of the gate’s journal, or ten',
    run: async ({ world, say }, [count]) => {
      const rows = readJournal(world.journalFile).slice(-(Number(count) || 10))
      for (const row of rows) {
        const { seq, kind, lane } = row
        const [sentence] = meantBy(row)
        say(`${String(seq).padStart(5)}  ${kind.padEnd(9)} ${lane.padEnd(2)} ${sentence}`)
      }
    },
  },
  explain: {
    more: 'N',
    what: 'why row N of the journal came about; the last one',
    run: async ({ world, say }, [number]) => {
      const rows = readJournal(world.journalFile)
      const row = number === undefined ? rows.at(-1) : rows.findLast(one => `${one.seq}` === number)
      if (row === undefined) throw new Refused(`no row ${number}; journal lists the last ones`)
      for (const sentence of meantBy(row)) say(sentence)
    },
  },
  people: {
    what: 'who is on file and can apply, with a photo',
    run: async ({ people, say }) => {
      for (const { name, documentType, documentNumber, live } of people) {
        say(`${documentType} ${documentNumber}  ${name}  ${photoOf(live)}`)
      }
    },
  },
  staff: {
    what: 'accounts of the desk and the operator',
    run: async ({ world, say }) => {
      const { agent, operator } = world.accounts
      for (const { email, password } of [agent, operator]) say(`${email}  ${password}`)
    },
  },
  devices: {
    what: 'where each lane’s devices are plugged in',
    run: async ({ world, say }) => {
      for (const { name, boardWire, scannerWire, usb, camera } of world.lanes) {
        say(`lane ${name}  board ${boardWire.path}  scanner ${scannerWire.path}`)
        say(`        usb ${usb?.device}  camera ${camera?.url}`)
      }
    },
  },
}

/** As one types it in the folder that the station was started in. */
export const photoOf = (file: string): string => relative(process.cwd(), join(FACES, file))

const meantBy = ({ kind, body }: SeenRow): readonly string[] =>
  explainRow({ kind, body: JSON.stringify(body) }).en

/** Runs one typed line. Resolves false for `quit`. */
export async function runLine(station: Station, line: string): Promise<boolean> {
  const [name = '', ...args] = line.trim().split(/\s+/)
  if (name === '') return true
  if (name === 'quit' || name === 'exit') return false
  if (name === 'help' || name === '?') {
    station.say(helpText())
    return true
  }
  const command = commandOf(name)
  if (command === undefined) {
    const near = nearestName(name, [...Object.keys(COMMANDS), 'help', 'quit'])
    station.say(`no command "${name}"${near === undefined ? '' : `: ${near}?`}; help lists them`)
    return true
  }
  await orSaid(station.say, () => command.run(station, args))
  return true
}

/** Fits a screen of 80 by 24. */
export function helpText(): string {
  const rows = Object.entries(COMMANDS).map(([name, command]) =>
    helpRow(usageOf(name, command), command.what),
  )
  return [...rows, helpRow('quit', 'stops the station, as do Ctrl-C and Ctrl-D')].join('\n')
}

function usageOf(name: string, { words = [], more, usage }: Command): string {
  if (usage !== undefined) return usage
  const rest = more === undefined ? [] : [`[${more}]`]
  return [name, ...words.map(some => some.join('|')), ...rest].join(' ')
}

/** Lines that `line` may become by its next word. */
export function completions(line: string): readonly string[] {
  const typed = line.trimStart().split(/\s+/)
  const [name = ''] = typed
  const begun = typed.at(-1) ?? ''
  const before = typed.slice(0, -1)
  const words =
    before.length === 0
      ? [...Object.keys(COMMANDS), 'help', 'quit']
      : (commandOf(name)?.words?.[before.length - 1] ?? [])
  return words
    .filter(word => word.toLowerCase().startsWith(begun.toLowerCase()))
    .map(word => [...before, word].join(' '))
}

const commandOf = (name: string): Command | undefined =>
  Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined

const DEVICES_ZH = {
  board: '控制板',
  scanner: '扫码器',
  usb: 'USB 扫码器',
  camera: '摄像头',
} as const

/** A device's cable, and what it is called. */
function cableOf(world: World, [name, at]: readonly string[]) {
  const lane = laneOf(world, at)
  const device = DEVICES.find(one => one === name)
  const { boardWire: board, scannerWire: scanner, usb, camera } = lane
  const wire = { board, scanner, usb, camera }
  const found = device && wire[device]
  if (device === undefined || found === undefined) {
    throw new Refused(`which device? ${DEVICES.join(', ')}`, `哪个设备？${DEVICES.join('、')}`)
  }
  return {
    wire: found,
    en: `the cable of lane ${lane.name}’s ${device}`,
    zh: `通道 ${lane.name} ${DEVICES_ZH[device]}的电缆`,
  }
}

async function revoke(station: Station): Promise<void> {
  needsService(station)
  const { world, held, say } = station
  const agent = await world.signIn('agent')
  const path = `/v1/desk/certificates/${held.phone.certificateId}/revoke`
  await agent.post(path, { reason: 'typed at the station’s prompt' })
  say('revoked; the gate learns it at its next poll, within a second')
}

async function network({ world, say }: Station, [to]: readonly string[]): Promise<void> {
  if (to !== 'on' && to !== 'off') throw new Refused('network off, or network on')
  if (world.isServing() === (to === 'on')) {
    return to === 'on'
      ? say('the service is there already', '服务本来就在')
      : say('the service is gone already', '服务本来就断开了')
  }
  if (to === 'off') {
    await world.server().stop()
    say('the service is gone; the gate goes on alone', '服务已断开；闸机独立运行')
  } else {
    await world.startServer()
    say('the service is back', '服务已恢复')
  }
}

function needsService({ world }: Station): void {
  if (!world.isServing()) throw serviceGone()
}

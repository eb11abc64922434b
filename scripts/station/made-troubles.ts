/** Troubles that one makes and ends, as a table: the prompt's `trouble`, its help and the page read it. */
import type { SimLane } from '../../fixtures/sim-lane.ts'
import type { Said } from '../../server/web/station/protocol.ts'
import { Refused } from './refused.ts'
import type { Fault } from './sabotage.ts'
import { helpRow, laneOf, type Station } from './station-state.ts'

interface Trouble {
  /** Up to 50 columns. */
  readonly what: string
  readonly on: Said
  readonly off: Said
}

interface GateTrouble extends Trouble {
  readonly isOn: (station: Station) => boolean
  readonly turn: (station: Station, on: boolean) => Promise<void>
}

interface LaneTrouble extends Trouble {
  readonly isOn: (lane: SimLane) => boolean
  readonly turn: (lane: SimLane, on: boolean) => void
}

const ofMachine = (name: 'disk' | 'clock' | 'lies'): Pick<GateTrouble, 'isOn' | 'turn'> => {
  const of = ({ sabotage }: Station): Fault => sabotage[name]
  return {
    isOn: station => of(station).isOn(),
    turn: async (station, on) => of(station).turn(on),
  }
}

export const OF_GATE = {
  power: {
    what: 'the gate’s machine goes dark, and starts again',
    on: {
      en: 'the power is cut; boards let go of their relays',
      zh: '已断电；控制板释放继电器',
    },
    off: { en: 'the gate is back, with all that it had written', zh: '闸机已恢复，写过的都在' },
    isOn: ({ world }) => !world.isPowered(),
    turn: ({ world }, on) => (on ? world.cutPower() : world.startGate()),
  },
  disk: {
    what: 'the gate’s disk is full',
    on: { en: 'the disk is full; people leave, nobody enters', zh: '磁盘已满；只许出站' },
    off: { en: 'the disk has room again', zh: '磁盘已有空间' },
    ...ofMachine('disk'),
  },
  clock: {
    what: 'the machine’s clock is an hour ahead',
    on: {
      en: 'the clock is an hour ahead; a gate that runs does not go by it, one that starts does',
      zh: '时钟快了一小时；运行中的闸机不受影响，启动时才受影响',
    },
    off: { en: 'the clock is right again', zh: '时钟已恢复' },
    ...ofMachine('clock'),
  },
  lies: {
    what: 'the service says it has rows that it has not',
    on: { en: 'the service lies about what it stored', zh: '服务谎报已存记录' },
    off: { en: 'the service is honest again', zh: '服务已恢复诚实' },
    ...ofMachine('lies'),
  },
} as const satisfies Record<string, GateTrouble>

export const OF_LANE = {
  beam: {
    what: 'beam A of a lane stays interrupted',
    on: { en: 'beam A is covered; told after ten seconds', zh: '光束 A 被挡住；十秒后报警' },
    off: { en: 'beam A is free', zh: '光束 A 已恢复' },
    isOn: ({ turnstile }) => turnstile.isByHand('beamA'),
    turn: ({ turnstile }, on) => turnstile.setContact('beamA', on ? true : null),
  },
} as const satisfies Record<string, LaneTrouble>

export const MADE = [...Object.keys(OF_GATE), ...Object.keys(OF_LANE)]

/** `name on|off`, and the lane of one of its own; without a name it lists them. Throws Refused. */
export async function makeTrouble(
  station: Station,
  [name, to, at]: readonly string[],
): Promise<void> {
  if (name === undefined) return station.say(listed())
  if (to !== 'on' && to !== 'off') throw new Refused('trouble NAME on, or trouble NAME off')
  const isOn = to === 'on'
  if (isName(OF_GATE, name)) {
    const trouble: GateTrouble = OF_GATE[name]
    if (trouble.isOn(station) === isOn) throw alreadySo()
    await trouble.turn(station, isOn)
    return tell(station, trouble[to])
  }
  if (!isName(OF_LANE, name)) throw new Refused(`trouble ${MADE.join(', ')}`)
  const lane = laneOf(station.world, at)
  if (OF_LANE[name].isOn(lane) === isOn) throw alreadySo()
  OF_LANE[name].turn(lane, isOn)
  return tell(station, OF_LANE[name][to])
}

const isName = <Table extends object>(
  table: Table,
  name: string,
): name is Extract<keyof Table, string> => Object.hasOwn(table, name)

const alreadySo = () => new Refused('it is so already', '本来就是这样')

const tell = ({ say }: Station, { en, zh }: Said): void => say(en, zh)

const listed = (): string =>
  Object.entries({ ...OF_GATE, ...OF_LANE })
    .map(([name, { what }]) => helpRow(`trouble ${name} on|off`, what))
    .join('\n')

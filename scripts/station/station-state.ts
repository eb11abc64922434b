/** The station as the prompt's commands see it. */
import type { Phone } from '../../fixtures/phone.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import type { World } from '../../fixtures/world.ts'
import type { DemoPerson } from '../seed/demo-data.ts'
import type { Phones } from './phones.ts'
import { Refused } from './refused.ts'
import type { Sabotage } from './sabotage.ts'

/** Shared by all who play with the station. */
export interface Held {
  /** The prompt's own phone. */
  phone: Phone
  /** What a code is shown to. */
  reader: ReaderName
  /** The code shown last. */
  lastText: string
}

export interface Station {
  readonly world: World
  readonly held: Held
  readonly phones: Phones
  readonly sabotage: Sabotage
  /** Who is on file. */
  readonly people: readonly DemoPerson[]
  /** `zh`: the same for a page in Chinese, where it is another text. */
  readonly say: (text: string, zh?: string) => void
}

export const READERS = ['scanner', 'usb', 'camera'] as const
export type ReaderName = (typeof READERS)[number]

/** Throws Refused. */
export function laneOf(world: World, name: string | undefined): SimLane {
  const lane = world.lanes.find(one => one.name === name?.toUpperCase())
  if (lane === undefined) throw new Refused('which lane? A or B', '哪条通道？A 或 B')
  return lane
}

const USAGE_COLUMNS = 28

/** A line of help, or two. */
export const helpRow = (usage: string, what: string): string => {
  const gap = usage.length > USAGE_COLUMNS ? `\n${' '.repeat(USAGE_COLUMNS + 2)}` : ''
  return `  ${usage.padEnd(USAGE_COLUMNS)}${gap} ${what}`
}

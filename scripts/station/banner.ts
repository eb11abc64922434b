/** What `npm start` prints first: what runs, who can be tried, how to go on. Twelve lines at most. */
import type { World } from '../../fixtures/world.ts'
import { pairLines } from '../../gate/console/layout.ts'
import type { Seeded } from '../seed/put.ts'
import { photoOf } from './commands.ts'
import type { TlsDoor } from './tls-door.ts'

export interface BannerFacts {
  readonly world: World
  readonly demo: Seeded
  /** The technician's end of the gate's console line. */
  readonly consolePath: string
  readonly consoleBaud: number
  /** Of phones, where there is one. */
  readonly door: TlsDoor | undefined
  /** The folder is removed at the end. */
  readonly isTemporary: boolean
}

export function banner(facts: BannerFacts): string {
  const { world, demo, consolePath, consoleBaud, door } = facts
  const { agent } = world.accounts
  const url = world.url()
  const pairs: (readonly [string, string])[] = [
    ...pageLines(url, door),
    ['service', `${url}   staff at /desk, its API at /docs`],
    ...demo.people
      .slice(0, 1)
      .flatMap(({ documentType, documentNumber, name, live }) => [
        ['person', `${documentType} ${documentNumber}  ${name}`] as const,
        ['photo', photoOf(live)] as const,
      ]),
    ['staff', `${agent.email}  ${agent.password}`],
    ['console', `picocom -b ${consoleBaud} ${consolePath}`],
    ['files', `${world.dir}${facts.isTemporary ? '  (removed at the end)' : ''}`],
  ]
  return [
    'Wicketgate: a station on this machine. Lane A is an entry, lane B an exit',
    '',
    ...pairLines(pairs).map(line => `  ${line}`),
    '',
    'A traveller stands at the gate: type enter. help lists the rest; quit stops it.',
  ].join('\n')
}

function pageLines(url: string, door: TlsDoor | undefined): (readonly [string, string])[] {
  const page = ['page', `${door?.url ?? url}/   the passenger’s: apply as this person`] as const
  return door === undefined ? [page] : [page, ['sha-256', door.fingerprint]]
}

/** What `npm start` prints first: what runs, who can be tried, how to go on. Twelve lines at most. */
import { pairLines } from '../../gate/console/layout.ts'
import { photoOf } from './commands.ts'
import type { TlsDoor } from './tls-door.ts'
import { CONSOLE_BAUD, type WholeStation } from './whole.ts'

/** `isTemporary`: its folder is removed at the end. */
export function banner(
  { station: { world }, demo, page, door, consolePath }: WholeStation,
  isTemporary: boolean,
): string {
  const { agent, operator } = world.accounts
  const url = world.url()
  const pairs: (readonly [string, string])[] = [
    ['station', 'url' in page ? `${page.url}   lanes, people, journal: look here` : page.problem],
    ...pageLines(url, door),
    ['service', `${url}   staff at /desk and /fleet, its API at /docs`],
    ...demo.people
      .slice(0, 1)
      .flatMap(({ documentType, documentNumber, name, live }) => [
        ['person', `${documentType} ${documentNumber}  ${name}`] as const,
        ['photo', photoOf(live)] as const,
      ]),
    ['desk', `${agent.email}  ${agent.password}`],
    ['fleet', `${operator.email}  ${operator.password}`],
    ['console', `picocom -b ${CONSOLE_BAUD} ${consolePath}`],
    ['files', `${world.dir}${isTemporary ? '  (removed at the end)' : ''}`],
  ]
  return [
    'Wicketgate: a station on this machine. Lane A is an entry, lane B an exit',
    ...pairLines(pairs).map(line => `  ${line}`),
    'Open the station, or type enter here. help lists the rest; quit stops it.',
  ].join('\n')
}

/** How a phone gets at the page, too: a browser opens its camera at an address with TLS alone. */
function pageLines(url: string, door: TlsDoor | undefined): (readonly [string, string])[] {
  if (door === undefined) return [['page', `${url}/   the passenger’s; phones: start with --https`]]
  return [
    ['page', `${door.url}/   the passenger’s: apply as this person`],
    ['sha-256', door.fingerprint],
  ]
}

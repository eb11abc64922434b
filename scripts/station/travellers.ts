/** Who may come to a lane, as a table: the prompt's help and the station's page read it. */
import type { Phone } from '../../fixtures/phone.ts'
import type { PassengerKind } from '../../hardware/sim/passenger.ts'
import { CASES, type CaseName, isCaseName } from '../demo/cases.ts'
import { comeTo, pressRelease, showTo, tellShut } from './coming.ts'
import { Refused } from './refused.ts'
import { helpRow, laneOf, type Station } from './station-state.ts'

interface Traveller {
  readonly what: string
  readonly walks: PassengerKind
  /** Whose phone it is, and what it shows; `button`: an attendant lets them through. */
  readonly shows: 'own' | 'revoked' | 'ticketless' | 'button' | CaseName
}

export const TRAVELLERS = {
  valid: { what: 'somebody with a valid pass', walks: 'normal', shows: 'own' },
  luggage: { what: 'a valid pass, and a case drawn behind', walks: 'luggage', shows: 'own' },
  pair: { what: 'two people on one code', walks: 'tailgater', shows: 'own' },
  child: { what: 'a child with a pass of its own', walks: 'child', shows: 'own' },
  wheelchair: { what: 'somebody in a wheelchair', walks: 'wheelchair', shows: 'own' },
  runner: { what: 'somebody in a hurry', walks: 'running', shows: 'own' },
  screenshot: { what: 'a screenshot that is a minute old', walks: 'normal', shows: 'screenshot' },
  expired: { what: 'a pass past its end', walks: 'normal', shows: 'expired' },
  revoked: { what: 'a pass that the window revoked', walks: 'normal', shows: 'revoked' },
  noticket: { what: 'a valid pass, and no ticket', walks: 'normal', shows: 'ticketless' },
  copied: { what: 'a pass without its phone’s signature', walks: 'normal', shows: 'no-proof' },
  forged: { what: 'a pass of a stranger’s key', walks: 'normal', shows: 'forged' },
  menu: { what: 'the code of a restaurant’s menu', walks: 'normal', shows: 'garbage' },
  staffed: { what: 'no pass: the attendant presses release', walks: 'normal', shows: 'button' },
} as const satisfies Record<string, Traveller>

export type TravellerName = keyof typeof TRAVELLERS

const isTraveller = (name: string): name is TravellerName => Object.hasOwn(TRAVELLERS, name)

/** Somebody of the table comes to a lane; without a name it lists them. Throws Refused. */
export async function send(station: Station, [who, at = 'A']: readonly string[]): Promise<void> {
  if (who === undefined) return station.say(listed())
  if (!isTraveller(who)) throw new Refused(`send ${Object.keys(TRAVELLERS).join(', ')}`)
  const lane = laneOf(station.world, at)
  const { walks, shows }: Traveller = TRAVELLERS[who]
  const phone = await phoneFor(station, shows, lane.direction)
  const act = async () => {
    if (phone === undefined) await pressRelease(lane)
    else showTo(station, lane, await codeOf(station, shows, phone))
  }
  const { isThrough, why } = await comeTo(station, lane, { who, walks, act })
  if (why !== undefined) tellShut(station, why)
  if (isThrough && phone !== undefined && lane.direction === 'entry') station.phones.wentIn(phone)
}

async function phoneFor(
  { phones }: Station,
  shows: Traveller['shows'],
  way: 'entry' | 'exit',
): Promise<Phone | undefined> {
  if (shows === 'button') return undefined
  if (shows === 'revoked') return phones.revoked()
  if (shows === 'ticketless') return phones.ticketless()
  if (shows !== 'own') return phones.any()
  return (way === 'exit' ? phones.leaving() : undefined) ?? phones.fresh()
}

function codeOf({ world }: Station, shows: Traveller['shows'], phone: Phone): Promise<string> {
  const nowMs = Date.now()
  return isCaseName(shows) ? CASES[shows].text(world, phone, nowMs) : phone.present(nowMs)
}

const listed = (): string =>
  Object.entries(TRAVELLERS)
    .map(([name, { what }]) => helpRow(`send ${name}`, what))
    .join('\n')

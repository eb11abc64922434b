/** Codes of the prompt's own phone: shown to a lane's reader, and its holder who walks after them. */
import { CASES, isCaseName } from '../demo/cases.ts'
import { comeTo, showTo, tellShut } from './coming.ts'
import { Refused } from './refused.ts'
import { helpRow, laneOf, type Station } from './station-state.ts'

/** What can be shown beside a live code. */
export const SHOWN = ['screenshot', 'forged', 'tampered', 'expired', 'no-proof', 'garbage'] as const

/** The phone's live code at a lane; its holder walks if the lane opens, and is told why if not. */
export async function scanAndWalk(station: Station, name: string): Promise<void> {
  const lane = laneOf(station.world, name)
  const act = async () => showTo(station, lane, await station.held.phone.present(Date.now()))
  const { why } = await comeTo(station, lane, { who: 'you', walks: 'normal', act })
  if (why !== undefined) tellShut(station, why)
}

/** One of SHOWN or the last code at lane A; without a name it lists them. Throws Refused. */
export async function showOther(station: Station, [what]: readonly string[]): Promise<void> {
  const { world, held, say } = station
  if (what === undefined) return say(shownText())
  const lane = laneOf(world, 'A')
  if (what === 'again') {
    if (held.lastText === '') throw new Refused('nothing was shown yet')
    return showTo(station, lane, held.lastText)
  }
  const known = SHOWN.find(name => name === what)
  if (known === undefined || !isCaseName(known)) {
    throw new Refused(`show again, ${SHOWN.join(', ')}`)
  }
  showTo(station, lane, await CASES[known].text(world, held.phone, Date.now()))
}

const shownText = (): string =>
  [
    helpRow('show again', 'the code that was shown last'),
    ...SHOWN.map(name => helpRow(`show ${name}`, CASES[name].what)),
  ].join('\n')

/** Codes that are shown to a lane's reader, and who walks after them. */
import type { LogLine } from '../../fixtures/child.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { walk } from '../../hardware/sim/passenger.ts'
import { until } from '../../hardware/sim/until.ts'
import { CASES, isCaseName } from '../demo/cases.ts'
import { signText } from './narrate.ts'
import { helpRow, laneOf, Refused, type Station } from './station-state.ts'

/** How long a phone is held before a camera. */
const HELD_MS = 1500

/** What can be shown beside a live code. */
export const SHOWN = ['screenshot', 'forged', 'tampered', 'expired', 'no-proof', 'garbage'] as const

/** The phone's live code at a lane; its holder walks if the lane opens, and is told why if not. */
export async function scanAndWalk(
  station: Station,
  name: string,
  way: 'entry' | 'exit',
): Promise<void> {
  const { world, say } = station
  const lane = laneOf(world, name)
  station.lastText = await station.phone.present(Date.now())
  const before = world.gate().lines.length
  showTo(station, lane)
  const open = await until('an answer', () => lane.turnstile.relay(way), 2500).then(
    () => true,
    () => false,
  )
  if (!open) return say(`the lane stays shut: ${whyShut(world.gate().lines.slice(before), name)}`)
  await walk(lane.turnstile, 'normal', way)
}

/** In a sentence, from what the gate said since. */
function whyShut(lines: readonly LogLine[], lane: string): string {
  const sign = lines.findLast(one => one.event === 'sign' && one.lane === lane && one.code !== '')
  return sign === undefined ? 'the gate said nothing' : signText(String(sign.code))
}

/** The code shown last, before the chosen reader of a lane. */
function showTo({ reader, lastText }: Station, lane: SimLane): void {
  if (reader === 'scanner') lane.scanner.sendText(lastText)
  if (reader === 'usb') lane.usb?.scan(lastText)
  if (reader !== 'camera') return
  lane.camera?.hold(lastText)
  setTimeout(() => lane.camera?.clear(), HELD_MS).unref()
}

/** One of SHOWN or the last code at lane A; without a name it lists them. Throws Refused. */
export async function showOther(station: Station, [what]: readonly string[]): Promise<void> {
  const { world, phone, say } = station
  if (what === undefined) return say(shownText())
  const lane = laneOf(world, 'A')
  if (what === 'again') {
    if (station.lastText === '') throw new Refused('nothing was shown yet')
    return showTo(station, lane)
  }
  const known = SHOWN.find(name => name === what)
  if (known === undefined || !isCaseName(known)) {
    throw new Refused(`show again, ${SHOWN.join(', ')}`)
  }
  station.lastText = await CASES[known].text(world, phone, Date.now())
  showTo(station, lane)
}

const shownText = (): string =>
  [
    helpRow('show again', 'the code that was shown last'),
    ...SHOWN.map(name => helpRow(`show ${name}`, CASES[name].what)),
  ].join('\n')

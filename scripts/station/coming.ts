/**
 * People who come to a lane: they walk up to its reader, show a code, wait for the gate's answer, and walk
 * through, or turn back and are told why.
 */
import type { LogLine } from '../../fixtures/child.ts'
import type { SimLane } from '../../fixtures/sim-lane.ts'
import { type Body, front, rear } from '../../hardware/sim/lane.ts'
import { type Party, type PassengerKind, partyOf, walkAs } from '../../hardware/sim/passenger.ts'
import { until } from '../../hardware/sim/until.ts'
import type { Said } from '../../server/web/station/protocol.ts'
import { signSaid } from './narrate.ts'
import type { Station } from './station-state.ts'

/** Where somebody stands who shows a code, metres of progress: before the first beam. */
export const READER_AT = -1.35
/** Where they come into sight, and how far behind the last one who stands there. */
const COMES_AT = -2.3
const BEHIND = 0.5
/** Between two people on one code, metres. */
const APART = 0.5
const LEGS = { phase: 0.3, halfDepth: 0.06 } as const
/** Metres at so many a second. */
const stepAt = (speed: number) => 0.35 + 0.25 * speed
/** How long a gate may think; a passage before it may have to end. */
const ANSWER_MS = 8000
/** From a grant to its relay. */
const RELAY_MS = 2500
/** What a gate says that does not know a new pass's ticket yet; how often its holder tries again. */
const LOOKS_UP = 'TICKET_PENDING'
const AGAIN_MAX = 3
/** From a refusal to the sign at rest. */
const RESTS_MS = 10_000
/** How long a phone is held before a camera. */
export const HELD_MS = 1500

export interface Coming {
  /** As the page names them. */
  readonly who: string
  readonly walks: PassengerKind
  /** What is done at the reader: a code is shown, a button is pressed. */
  readonly act: () => Promise<void>
}

export interface Came {
  /** The first of them came out at the far side. */
  readonly isThrough: boolean
  /** Why the lane stayed shut. */
  readonly why: Said | undefined
}

/** Why a lane stays shut, with the code of a refusal. */
interface Shut {
  readonly code?: string
  readonly why: Said
}

const NOT_FREE: Said = { en: 'the way was not free', zh: '通道一直有人' }
const SILENT: Shut = { why: { en: 'the gate said nothing', zh: '闸机没有回应' } }
const STUCK: Shut = { why: { en: 'the relay did not move', zh: '继电器没有动作' } }

const showing = new WeakSet<Body>()
const names = new WeakMap<Body, string>()

/** Stands before a reader and waits for its answer. */
export const isShowing = (body: Body): boolean => showing.has(body)
/** '' for who came without this. */
export const whoIs = (body: Body): string => names.get(body) ?? ''

/** Resolves when all of them have left the lane. */
export async function comeTo(station: Station, lane: SimLane, coming: Coming): Promise<Came> {
  const { turnstile, direction } = lane
  const party = asTheyCome(partyOf(coming.walks, direction))
  const first = party[0]?.body
  if (first === undefined) throw new Error(`nobody walks as ${coming.walks}`)
  const back = comesAt(turnstile.bodies, direction) - first.progress
  for (const { body } of party) {
    body.progress += back
  }
  names.set(first, coming.who)
  first.pause = { at: READER_AT, forMs: Number.POSITIVE_INFINITY }
  const walked = walkAs(turnstile, party)
  const isThere = await arrival(lane, first)
  if (!isThere) return { isThrough: false, why: NOT_FREE }
  if (isOpenToAll(station, lane)) {
    first.pause = null
    return { isThrough: (await walked).through[0] === true, why: undefined }
  }
  showing.add(first)
  const why = await answered(station, lane, coming.act)
  showing.delete(first)
  if (why === undefined) first.pause = null
  else for (const { body } of party) body.turnedBack = true
  return { isThrough: (await walked).through[0] === true, why }
}

/**
 * People on two legs, as a low beam sees them; things on wheels. They wait for each other at the reader, and
 * stay as far apart as they came: two people far enough for the gate to count them.
 */
export function asTheyCome(party: Party): Party {
  const come: Party[number][] = []
  for (const { body, person } of party) {
    const before = come.at(-1)?.body
    const came = before === undefined ? 0 : rear(before) - front(body)
    const gap = person ? Math.max(came, APART) : came
    const behind = before === undefined ? null : { body: before, gap }
    const progress = before === undefined ? body.progress : rear(before) - gap - body.halfDepth
    const legs = person && !body.wide ? { ...LEGS, step: stepAt(body.speed) } : null
    come.push({ person, body: { ...body, progress, behind, legs } })
  }
  return come
}

function comesAt(bodies: readonly Body[], direction: 'entry' | 'exit'): number {
  const before = bodies.filter(body => body.direction === direction)
  return Math.min(COMES_AT, ...before.map(body => body.progress - BEHIND))
}

/** False when they were in the way too long, and went. */
function arrival({ turnstile }: SimLane, body: Body): Promise<boolean> {
  return new Promise(resolve => {
    const end = turnstile.onChange(() => {
      const isHere = turnstile.bodies.includes(body) && !body.turnedBack
      if (isHere && body.progress < READER_AT) return
      end()
      resolve(isHere)
    })
  })
}

const linesOf = ({ world }: Station, { name }: SimLane): readonly LogLine[] =>
  world.gate().lines.filter(line => line.lane === name)

/** The last sign says so: a fire, a free way. */
const isOpenToAll = (station: Station, lane: SimLane): boolean =>
  station.world.isPowered() &&
  linesOf(station, lane).findLast(({ event }) => event === 'sign')?.sign === 'open'

/** Why the lane stays shut, in the end: whoever is asked to try again does. */
async function answered(
  station: Station,
  lane: SimLane,
  act: () => Promise<void>,
): Promise<Said | undefined> {
  let from = linesOf(station, lane).length
  let shut = await answerTo(station, lane, act)
  for (let again = 0; shut?.code === LOOKS_UP && again < AGAIN_MAX; again++) {
    const since = from
    const rests = () =>
      linesOf(station, lane)
        .slice(since)
        .some(({ sign }) => sign === 'idle')
    await until('the sign to rest', rests, RESTS_MS).catch(() => {})
    from = linesOf(station, lane).length
    shut = await answerTo(station, lane, act)
  }
  return shut?.why
}

/** Undefined when the lane opens. */
async function answerTo(
  station: Station,
  lane: SimLane,
  act: () => Promise<void>,
): Promise<Shut | undefined> {
  const from = linesOf(station, lane).length
  const answer = () =>
    linesOf(station, lane)
      .slice(from)
      .find(({ event, sign }) => event === 'scan' || (event === 'sign' && sign === 'pass'))
  await act()
  await until('an answer', () => answer() !== undefined, ANSWER_MS).catch(() => {})
  const line = answer()
  if (line === undefined) return SILENT
  if (line.event === 'scan') return refusedBy(String(line.code))
  const opens = () => lane.turnstile.relay(lane.direction)
  return until('the relay', opens, RELAY_MS).then(
    () => undefined,
    () => STUCK,
  )
}

function refusedBy(code: string): Shut {
  const { en, zh } = signSaid(code)
  return { code, why: { en: `${code} “${en}”`, zh: `${code} “${zh}”` } }
}

/** Tells whoever sent them that they were not let in. */
export function tellShut({ say }: Station, why: Said): void {
  say(`the lane stays shut: ${why.en}`, `通道不开门：${why.zh}`)
}

/** A code before the chosen reader of a lane. */
export function showTo({ held }: Station, lane: SimLane, text: string): void {
  held.lastText = text
  if (held.reader === 'scanner') lane.scanner.sendText(text)
  if (held.reader === 'usb') lane.usb?.scan(text)
  if (held.reader !== 'camera') return
  lane.camera?.hold(text)
  setTimeout(() => lane.camera?.clear(), HELD_MS).unref()
}

/** The attendant's button of a lane. */
export async function pressRelease({ turnstile }: SimLane): Promise<void> {
  turnstile.setContact('release', true)
  await until('the button to be seen', () => turnstile.contact('release'))
  setTimeout(() => turnstile.setContact('release', false), 200)
}

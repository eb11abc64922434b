/**
 * Passengers with phones: they apply, renew, come to a lane, show a code, and walk, or do not. Each
 * acts by its own chance, so that leaving one out changes nothing for the others.
 */
import type { Direction } from '../../gate/contract/events.ts'
import { seeded } from '../../hardware/sim/seeded.ts'
import { toHex } from '../../pass/bytes.ts'
import { decodeClaims } from '../../pass/claims.ts'
import { decodeEnvelope } from '../../pass/envelope.ts'
import type { Said } from '../../server/testing/applicant.ts'
import type { Agenda } from './agenda.ts'
import { DAY_MS, daysOf } from './daily.ts'
import type { SimulatedLane } from './lane-devices.ts'
import type { System } from './system.ts'

export interface Counts {
  /** People who came to a lane and showed something. */
  shown: number
  walked: number
  refused: number
  passes: number
}

export interface CrowdParts {
  readonly system: System
  readonly agenda: Agenda
  readonly seed: number
  /** By number: those who take part. */
  readonly people: readonly number[]
  /** Of all by number, so many come on each day and on no other; every day unless given. */
  readonly daily?: number | undefined
  /** From one coming to the next of one person, milliseconds, on average. */
  readonly everyMs: number
  /** Nobody comes after that. */
  readonly untilMs: number
  readonly counts: Counts
}

const SECOND = 1000
const MINUTE = 60 * SECOND
/** A pass that ends sooner is renewed before its holder comes. */
const RENEWED_BEFORE_MS = 3 * MINUTE
const PASS_MS = 30 * MINUTE
/** What people do with their code, in shares: the rest shows it as it is. */
const HABITS = { screenshot: 0.03, garbage: 0.01, twice: 0.05, lent: 0.05 } as const
/** Who walks where it opens. */
const WALKS = 0.93

export function fillCrowd(parts: CrowdParts): void {
  const { people, daily } = parts
  const beginsMs = parts.system.time.clock.monotonicMs()
  for (const number of people) {
    const { fromMs, untilMs } = daysOf(number, daily, parts.untilMs - beginsMs)
    addPassenger({ ...parts, untilMs: beginsMs + untilMs }, number, beginsMs + fromMs)
  }
}

/** As rows of the gate name its certificate: 32 hex digits. */
function ctiOf({ pass = '' }: Said): string {
  const { payload } = decodeEnvelope(new Uint8Array(Buffer.from(pass, 'base64url')))
  return toHex(decodeClaims(payload).cti)
}

function addPassenger(parts: CrowdParts, number: number, fromMs: number): void {
  const { system, agenda, seed, everyMs, counts } = parts
  const { time, service, lanes, applications } = system
  const random = seeded(seed * 1_000_003 + number)
  const phone = service.people[number]
  if (phone === undefined) throw new Error(`no person ${number}`)
  const { renew, show } = phone
  const nowMs = () => time.clock.monotonicMs()
  let isInside = false
  let pass: { said: Said; untilMs: number } | undefined
  let certificate: { id: string; untilMs: number } | undefined

  function comesAgain(): void {
    const atMs = nowMs() + (0.5 + random()) * everyMs
    if (atMs < parts.untilMs) agenda.add(atMs, come)
  }

  /** Undefined where the service gives none now. */
  async function freshPass(): Promise<Said | undefined> {
    if (pass !== undefined && pass.untilMs > nowMs() + RENEWED_BEFORE_MS) return pass.said
    const isGood = certificate !== undefined && certificate.untilMs > nowMs() + PASS_MS
    const said =
      isGood && certificate ? await renew(certificate.id) : await applications.apply(number)
    if (said.status !== 201) {
      if (certificate !== undefined) system.held.delete(certificate.id)
      certificate = undefined
      pass = undefined
      return undefined
    }
    counts.passes += 1
    if (!isGood) {
      certificate = { id: said.certificate?.id ?? '', untilMs: nowMs() + DAY_MS }
      const cti = ctiOf(said)
      system.held.set(certificate.id, cti)
      system.holders.set(cti, number)
    }
    pass = { said, untilMs: nowMs() + PASS_MS }
    return said
  }

  async function codeOf(said: Said): Promise<string> {
    const habit = random()
    if (habit < HABITS.garbage) return `https://shop.example/${Math.floor(random() * 1e6)}`
    const agoMs = habit < HABITS.garbage + HABITS.screenshot ? 50 * SECOND : 0
    return show(said, time.clock.nowMs() - agoMs)
  }

  async function come(): Promise<void> {
    const said = await freshPass()
    if (said === undefined) return comesAgain()
    const way = isInside ? 'exit' : 'entry'
    const open = lanes.filter(lane => lane.direction === way)
    const lane = open[Math.floor(random() * open.length)]
    if (lane === undefined) return
    const text = await codeOf(said)
    counts.shown += 1
    lane.read(text)
    if (random() < HABITS.twice) {
      lane.read(text)
      follow(lane, way, 4 * SECOND)
    }
    if (random() < HABITS.lent) lend(way, text)
    const walks = random() < WALKS
    const afterMs = (0.8 + random() * 2) * SECOND
    agenda.add(nowMs() + afterMs, () => (walks && lane.isOpen(way) ? walk(lane) : refused()))
  }

  /** A friend shows the same code at another lane, and walks where it opens. */
  function lend(way: Direction, text: string): void {
    const open = lanes.filter(lane => lane.direction === way)
    const lane = open[Math.floor(random() * open.length)]
    if (lane === undefined) return
    agenda.add(nowMs() + 6 * SECOND, () => {
      lane.read(text)
      follow(lane, way, 1.5 * SECOND)
    })
  }

  /** A friend walks there in a while, where it is open. */
  function follow(lane: SimulatedLane, way: Direction, afterMs: number): void {
    agenda.add(nowMs() + afterMs, () => (lane.isOpen(way) ? step(lane) : undefined))
  }

  /** Somebody goes through the arm; `then` when they are through. */
  function step(lane: SimulatedLane, then: () => void = () => {}): void {
    const contact = lane.direction === 'entry' ? 'passA' : 'passB'
    lane.board.setContact(contact, true)
    agenda.add(nowMs() + 500, () => {
      lane.board.setContact(contact, false)
      then()
    })
  }

  function refused(): void {
    counts.refused += 1
    comesAgain()
  }

  function walk(lane: SimulatedLane): void {
    step(lane, () => {
      counts.walked += 1
      isInside = !isInside
      comesAgain()
    })
  }

  agenda.add(fromMs + random() * everyMs, come)
}

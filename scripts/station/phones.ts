/**
 * Phones of travellers, with passes from the window. A few are made ahead, so that people come at once,
 * and go on coming for a while when the service is gone.
 */
import { randomInt } from 'node:crypto'
import type { Phone } from '../../fixtures/phone.ts'
import type { World } from '../../fixtures/world.ts'
import { until } from '../../hardware/sim/until.ts'
import { randomOf } from '../fuzz/random.ts'
import { madeUpNumber, SEED_MAX } from '../seed/demo-data.ts'
import { serviceGone } from './refused.ts'
import { sellTicket } from './tickets.ts'

export interface Phones {
  /** One that nobody has used, for who goes in. Throws Refused without a service, when all are given out. */
  fresh(): Promise<Phone>
  /** One whose pass is good, for codes that open nothing. */
  any(): Promise<Phone>
  /** One whose certificate the window revoked; the gate knows it. */
  revoked(): Promise<Phone>
  /** One whose pass is good, and whose holder bought no ticket. */
  ticketless(): Promise<Phone>
  /** Somebody of those inside, the first in; undefined where nobody is. */
  leaving(): Phone | undefined
  wentIn(phone: Phone): void
  /** Makes some ahead, in the background. */
  fill(): void
}

const AHEAD = 4
/** Passes live for 30 minutes. */
const GOOD_MS = 25 * 60_000
const INSIDE_MAX = 50
/** A gate asks for news each second. */
const LEARNS_MS = 10_000

interface Held {
  readonly phone: Phone
  readonly sinceMs: number
}

/** Somebody who never was at the window before: it gives one person a few certificates a day. */
const stranger = (world: World): Promise<Phone> =>
  world.traveller(madeUpNumber(randomOf(randomInt(SEED_MAX), 0), 0))

/** A stranger with a ticket for the next train. */
export async function travellerOf(world: World): Promise<Phone> {
  const phone = await stranger(world)
  await sellTicket(world, phone)
  return phone
}

export function createPhones(world: World): Phones {
  let ahead: Held[] = []
  let last: Held | undefined
  let lost: Held | undefined
  let unsold: Held | undefined
  let inside: Held[] = []
  let isFilling = false

  const isGood = ({ sinceMs }: Held) => performance.now() - sinceMs < GOOD_MS

  async function made(by: (world: World) => Promise<Phone>): Promise<Held> {
    if (!world.isServing()) throw serviceGone()
    return { phone: await by(world), sinceMs: performance.now() }
  }

  async function make(): Promise<Held> {
    last = await made(travellerOf)
    return last
  }

  async function fillUp(): Promise<void> {
    if (isFilling) return
    isFilling = true
    try {
      while (world.isServing() && ahead.length < AHEAD) ahead.push(await make())
    } catch {
      // The service goes: who comes next makes one, or is told so.
    } finally {
      isFilling = false
    }
  }
  const fill = (): void => void fillUp()

  return {
    fill,
    async fresh() {
      ahead = ahead.filter(isGood)
      const taken = ahead.shift() ?? (await make())
      fill()
      return taken.phone
    },
    async any() {
      if (last === undefined || !isGood(last)) last = await make()
      return last.phone
    },
    async revoked() {
      if (lost !== undefined && isGood(lost)) return lost.phone
      const fresh = await make()
      const agent = await world.signIn('agent')
      const from = world.gate().lines.length
      await agent.post(`/v1/desk/certificates/${fresh.phone.certificateId}/revoke`, {
        reason: 'a traveller of the station whose pass is revoked',
      })
      const knows = () =>
        world
          .gate()
          .lines.slice(from)
          .some(line => line.event === 'manifest')
      await until('the gate to learn of it', knows, LEARNS_MS)
      lost = fresh
      return fresh.phone
    },
    async ticketless() {
      if (unsold === undefined || !isGood(unsold)) unsold = await made(stranger)
      return unsold.phone
    },
    leaving() {
      inside = inside.filter(isGood)
      return inside.shift()?.phone
    },
    wentIn(phone) {
      inside = [...inside, { phone, sinceMs: performance.now() }].slice(-INSIDE_MAX)
    },
  }
}

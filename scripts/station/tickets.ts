/** Tickets of travellers, sold at the desk against their code, as at any station. */
import type { Phone } from '../../fixtures/phone.ts'
import type { StaffSession } from '../../fixtures/staff.ts'
import type { World } from '../../fixtures/world.ts'
import { shanghaiDay } from '../../server/domain/ticket.ts'
import { STATIONS } from '../seed/demo-data.ts'
import { Refused } from './refused.ts'

/** A pass ends before its holder's train leaves. */
const LEAVES_MS = 31 * 60_000
const DAY_MS = 24 * 3600_000
const [HERE, THERE] = STATIONS

interface Trip {
  readonly train: string
  readonly day: string
  readonly departsAt: string
}

/** For the next train. The gate has it some seconds later. Throws Refused where no train goes. */
export async function sellTicket(world: World, phone: Phone): Promise<void> {
  const agent = await world.signIn('agent')
  const nowMs = Date.now()
  const { train, day } = await nextTrip(agent, nowMs + LEAVES_MS)
  const way = { train, day, from: HERE.name, to: THERE.name }
  await agent.post('/v1/tickets', { code: await phone.present(nowMs), ...way })
}

async function nextTrip(agent: StaffSession, sinceMs: number): Promise<Trip> {
  for (const day of [shanghaiDay(sinceMs), shanghaiDay(sinceMs + DAY_MS)]) {
    const found = await agent.get(`/v1/trains?from=${HERE.name}&to=${THERE.name}&day=${day}`)
    const next = (found.trains as Trip[]).find(trip => Date.parse(trip.departsAt) > sinceMs)
    if (next !== undefined) return next
  }
  throw new Refused('no train goes any more; start the station again', '已无车次；请重新启动车站')
}

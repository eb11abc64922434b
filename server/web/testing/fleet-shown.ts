/** The gates that states of the fleet's page show: one in trouble, one that is well, one that never reported. */

import { chainRows, uploadOf } from '../../testing/journal.ts'
import { BUSY, newGate, type ToldGate } from './fleet-gates.ts'
import type { PageWorld } from './page-world.ts'
import { signInAs } from './staff-driver.ts'

const MINUTE_MS = 60_000
/** Each makes a point of the charts. */
const POINT_MS = 5 * MINUTE_MS

interface Shown {
  readonly well: ToldGate
  readonly troubled: ToldGate
}

/** Made once for each service. */
const made = new WeakMap<PageWorld, Promise<Shown>>()

/** They are there, and have just told of themselves. */
export async function showGates(pageWorld: PageWorld): Promise<void> {
  const known = made.get(pageWorld) ?? make(pageWorld)
  made.set(pageWorld, known)
  const { well, troubled } = await known
  const now = pageWorld.world.clock.now()
  const trust = { stage: 'FRESH', version: 1, manifestVersion: 7, manifestAgeMs: 900 } as const
  await well.report({
    ...{ recent: BUSY, clockOffsetMs: 12, trust },
    journal: { waiting: 0, unsent: 2, disk: { freeBytes: 9e9, held: true } },
  })
  await troubled.report({
    recent: BUSY,
    trust: { ...trust, stage: 'STALE', manifestAgeMs: 4 * MINUTE_MS },
    lanes: [
      { name: 'A', state: 'OutOfService', alarms: ['BOARD_LOST'] },
      { name: 'B', state: 'Locked', alarms: [] },
    ],
    alarms: [
      { lane: 'A', code: 'BOARD_LOST', since: now - 6 * MINUTE_MS },
      { lane: 'B', code: 'BEAM_STUCK', since: now - 2 * MINUTE_MS },
    ],
  })
}

async function make(pageWorld: PageWorld): Promise<Shown> {
  const { world } = pageWorld
  const [well, troubled] = [await newGate(world, 'north-1'), await newGate(world, 'west-3')]
  await newGate(world, 'south-11', 'south')
  await well.upload(uploadOf(chainRows('00000000000000aa', 'scan', SCANS), 1, SCANS.length))
  for (const [i, p99Ms] of [4.2, 5.1, 9.6, 5.4, 5.2].entries()) {
    const scanToRelay = { count: 300, p50Ms: 3.1, p99Ms }
    const unsent = i === 2 ? 140 : 3
    await well.report({
      ...{ recent: { ...BUSY, scanToRelay }, clockOffsetMs: 10 + 4 * i },
      journal: { waiting: 0, unsent, disk: { freeBytes: 9e9, held: true } },
      trust: { stage: i === 2 ? 'STALE' : 'FRESH', version: 1, manifestVersion: 7 },
    })
    await pageWorld.advance(POINT_MS)
  }
  const operator = await signInAs(pageWorld, 'operator')
  let base = 0
  for (const waitMs of [5000, 8000]) {
    base = await giveConfig(pageWorld, operator, { base, waitMs })
    await pageWorld.advance(2_000)
  }
  return { well, troubled }
}

async function giveConfig(
  { world }: PageWorld,
  operator: Readonly<Record<string, string>>,
  { base, waitMs }: { readonly base: number; readonly waitMs: number },
): Promise<number> {
  const config = {
    lanes: [
      {
        ...{ name: 'A', direction: 'entry', board: { port: '/dev/ttyACM0' } },
        ...{ scanner: { port: '/dev/ttyUSB0' }, timing: { waitMs } },
      },
    ],
  }
  const answer = await world.call('/v1/fleet/gates/north-1/config', {
    method: 'PUT',
    headers: { 'content-type': 'application/json', ...operator },
    body: JSON.stringify({ base, config, reason: 'longer waits at the wide lane' }),
  })
  if (!answer.ok) throw new Error(await answer.text())
  return ((await answer.json()) as { revision: number }).revision
}

/** Bodies of scans: admitted, and refused with the rules that said so. */
const SCANS = [
  { ...{ source: 'reader 1', direction: 'entry', code: 'MALFORMED', flags: [] }, trace: [] },
  {
    ...{ source: 'reader 1', direction: 'entry', code: 'STALE_CODE', pass: '1f00aa', flags: [] },
    trace: [
      { rule: 'verify', saw: 'signature good, key 7a11c0de', said: 'pass' },
      { rule: 'late', saw: 'code 48 s old, at most 31 s', said: 'deny' },
    ],
  },
]

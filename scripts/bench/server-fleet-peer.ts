/**
 * A process for `server-fleet.ts`: the service with so many gates that report once a second each. Their
 * reports are stored and told as the route does it, without HTTP and proofs: these cost a hundred
 * times what is measured. Speaks over its IPC channel: tells where it listens and who may watch, then
 * CPU time and reports so far when asked. Ends with the channel.
 */
import { FLEET_VIEWERS_OF_MEMBER_MAX } from '../../server/limits.ts'
import { transact } from '../../server/store/engine/transact.ts'
import { keepHealth } from '../../server/store/gates/gate-health.ts'
import { sawGate } from '../../server/store/gates/gates.ts'
import { WELL } from '../../server/testing/health.ts'
import { letTimePass, NOON, openWorld, reopenWorld } from '../../server/testing/world.ts'

/** What it tells first. */
export interface FleetReady {
  readonly port: number
  /** Cookies of members of staff, enough for all viewers. */
  readonly cookies: readonly string[]
}

/** What it tells when asked. */
export interface FleetCost {
  readonly cpuUs: number
  readonly reports: number
}

/** Reports are spread over the second in so many parts. */
const PARTS = 20

const [folder, gates = '0', viewers = '0'] = process.argv.slice(2)
if (folder === undefined || process.send === undefined) throw new Error('started by hand')
await (await openWorld(folder)).close()
const clock = { time: NOON, now: () => NOON }
letTimePass(clock)
const world = await reopenWorld(folder, clock)
const { db, fleet } = world.service
const names = Array.from({ length: Number(gates) }, (_, n) => `g-${String(n).padStart(3, '0')}`)
let reports = 0

for (const [n, id] of names.entries()) {
  const key = { key_thumbprint: id, public_key: id, enrolled_at: NOON }
  await db
    .insertInto('gates')
    .values({ id, station: `s-${Math.floor(n / 20)}`, ...key })
    .execute()
}

/** As of a gate that is busy, another one each time: its version says when it was told. */
function healthOf() {
  const minutes = (of: number) =>
    Array.from({ length: 15 }, (_, i) => (i === 14 ? reports % of : of))
  const recent = {
    verdicts: { ADMIT: minutes(30), STALE_CODE: minutes(4), EXPIRED: minutes(2) },
    passages: minutes(29),
    scanToRelay: { count: 400, p50Ms: 4.1, p99Ms: 5 + (reports % 10) / 10 },
  }
  return { ...WELL, software: `r.${Date.now()}`, recent }
}

async function report(some: readonly string[]): Promise<void> {
  const at = clock.now()
  const health = healthOf()
  await transact(db, async tx => {
    for (const gate of some) {
      await sawGate(tx, gate, at)
      await keepHealth(tx, gate, health, at)
    }
  })
  for (const gate of some) fleet.told(gate, health, at)
  reports += some.length
}

let part = 0
setInterval(() => {
  void report(names.filter((_, n) => n % PARTS === part))
  part = (part + 1) % PARTS
}, 1000 / PARTS)

const members = Math.ceil(Number(viewers) / FLEET_VIEWERS_OF_MEMBER_MAX)
const cookies: string[] = []
for (let n = 0; n < members; n++) cookies.push((await world.signIn('auditor')).cookie ?? '')
const port = Number(new URL(await world.listen()).port)
process.send({ port, cookies } satisfies FleetReady)
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuUs: user + system, reports } satisfies FleetCost)
})
process.once('disconnect', () => process.exit(0))

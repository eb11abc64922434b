/** Gates before a test's service: enrolled by an operator, telling of themselves what the test says. */
import type { Health } from '../../../gate/contract/health.ts'
import { systemRandom } from '../../clock.ts'
import { makeEnrolmentCode } from '../../secrets.ts'
import { transact } from '../../store/engine/transact.ts'
import { addEnrolment } from '../../store/gates/gates.ts'
import { WELL } from '../../testing/health.ts'
import { makeClient, type World } from '../../testing/world.ts'

export interface ToldGate {
  readonly name: string
  report(health?: Partial<Health>): Promise<void>
  upload(body: object): Promise<void>
}

/** Enrolled, without a word of itself. */
export async function newGate(world: World, name: string, station = 'north'): Promise<ToldGate> {
  const { db, secrets } = world.service
  const code = makeEnrolmentCode(systemRandom)
  const codeHash = secrets.mac('code', code).toString('base64url')
  await transact(db, tx => addEnrolment(tx, { codeHash, gate: name, station }, world.clock.time))
  const client = makeClient(world, 'EdDSA')
  await world.post('/v1/gates/enrol', { code, name, publicKey: await client.publicJwk() })
  const send = async (path: string, body: object) => {
    const answer = await client.send(`/v1/gates/${name}/${path}`, body)
    if (!answer.ok) throw new Error(await answer.text())
  }
  return {
    name,
    report: health => send('health', { ...WELL, at: world.clock.now(), ...health }),
    upload: body => send('events', body),
  }
}

const perMinute = (count: number) =>
  Array.from({ length: 15 }, (_, i) => count + ((i * 7) % 5) + (i === 9 ? count : 0))

/** A quarter of an hour with people. */
export const BUSY: NonNullable<Health['recent']> = {
  verdicts: { ADMIT: perMinute(12), STALE_CODE: perMinute(0), EXPIRED: perMinute(1) },
  passages: perMinute(11),
  scanToRelay: { count: 300, p50Ms: 3.1, p99Ms: 5.2 },
}

/** A gate that the service knows, for tests. */
import { makeClient, type World } from './world.ts'

/** Enrolled at station `north` by the member whose headers `operator` are. */
export async function enrolledGate(world: World, operator: Record<string, string>, gate: string) {
  const made = await world.post('/v1/fleet/enrolments', { gate, station: 'north' }, operator)
  const { code } = (await made.json()) as { code: string }
  const client = makeClient(world, 'EdDSA')
  await world.post('/v1/gates/enrol', { code, name: gate, publicKey: await client.publicJwk() })
  return client
}

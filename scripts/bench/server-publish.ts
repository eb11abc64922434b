/**
 * How soon a revocation is in a manifest that can be fetched: from the request of a member of staff,
 * over HTTP. On PostgreSQL the manifest is asked of another replica than the one that revoked.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { decodeManifest } from '../../pass/documents/trust.ts'
import { makeHolder } from '../../server/testing/holder.ts'
import { openWorld, reopenWorld, type World } from '../../server/testing/world.ts'
import { type Figure, figure } from './figure.ts'
import type { Ground } from './server-ground.ts'
import { spreadOf } from './spread.ts'

const PART = 'server'
const ROUNDS = 12
const LOOK_MS = 5
const LIMIT_MS = 1200

export async function publishFigures(ground: Ground): Promise<Figure[]> {
  const folder = ground.folder()
  const place = await ground.place()
  const world = await openWorld(folder, 2, place)
  const other = place === undefined ? undefined : await reopenWorld(folder, world.clock, place)
  try {
    const url = await (other ?? world).listen()
    const took = await revocations(world, url)
    const how = other === undefined ? '' : ', at another replica'
    const name = `revoke to its manifest${how}, slowest of ${ROUNDS}, ${ground.engine}`
    const slowest = Math.max(...took)
    return [
      figure(PART, `revoke to its manifest, median, ${ground.engine}`, [spreadOf(took), 'ms']),
      figure(PART, name, [slowest, 'ms'], {
        limit: '1.2 s',
        ratio: slowest / LIMIT_MS,
        goal: '≤ 1.00',
      }),
    ]
  } finally {
    await other?.close()
    await world.close()
  }
}

async function revocations(world: World, url: string): Promise<number[]> {
  const agent = await world.signIn('agent')
  const supervisor = await world.signIn('supervisor')
  const own = await world.listen()
  const took: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const documentNumber = `E${60_000 + round}`
    const person = { name: 'AB CD', documentType: 'passport', documentNumber }
    const { id } = await makeHolder(world, agent, person)
    const from = performance.now()
    const answer = await fetch(`${own}/v1/desk/certificates/${id}/revoke`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...supervisor },
      body: JSON.stringify({ reason: 'bench' }),
    })
    const { manifestVersion } = (await answer.json()) as { manifestVersion: number | null }
    if (manifestVersion === null) throw new Error('a revocation was not published in a second')
    while ((await versionAt(url)) < manifestVersion) await sleep(LOOK_MS)
    took.push(performance.now() - from)
  }
  return took
}

async function versionAt(url: string): Promise<number> {
  const answer = await fetch(`${url}/v1/trust/manifest`)
  return decodeManifest(new Uint8Array(await answer.arrayBuffer())).version
}

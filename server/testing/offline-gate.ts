/** What a gate believes and says, for tests: it fetches everything, checks everything, asks nobody. */
import type { KeyObject } from 'node:crypto'
import { nodeVerifier } from '../../pass/cose-node.ts'
import { statusAt } from '../../pass/documents/status-list.ts'
import { openStatusList } from '../../pass/documents/status-list-node.ts'
import { issuerKeysOf, verifyFirstTrust, verifyManifest } from '../../pass/documents/trust.ts'
import { createPassVerifier, type TrustView } from '../../pass/verify.ts'
import type { World } from './world.ts'

const bytesOf = async (answer: Response) => new Uint8Array(await answer.arrayBuffer())

async function fetchTrust(world: World): Promise<TrustView> {
  const now = world.clock.time
  const trustBytes = await bytesOf(await world.call('/v1/trust/document/1'))
  const trust = verifyFirstTrust(trustBytes, nodeVerifier, now)
  if (!trust.ok) throw new Error(trust.code)
  const bytes = await bytesOf(await world.call('/v1/trust/manifest'))
  const manifest = verifyManifest(trust.trust, bytes, nodeVerifier, { nowMs: now })
  if (!manifest.ok) throw new Error(manifest.code)
  const lists = new Map<string, ReturnType<typeof openStatusList>>()
  for (const entry of manifest.manifest.lists) {
    const sha256 = Buffer.from(entry.sha256).toString('hex')
    const answer = await world.call(`/v1/trust/list/${sha256}`)
    lists.set(entry.uri, openStatusList(entry, await bytesOf(answer)))
  }
  return {
    environment: 'test',
    aheadByMaxMs: 5000,
    issuerKeys: kid => issuerKeysOf(trust.trust, kid),
    kidRevoked: () => false,
    status(uri, index) {
      const list = lists.get(uri)
      if (list === undefined || !list.ok) return 'unknown'
      return statusAt(list.list, index) === 0 ? 'valid' : 'invalid'
    },
  }
}

/** An entry gate. `poll` fetches; `verify` judges a code by what was fetched last. */
export function makeOfflineGate(world: World) {
  const verifier = createPassVerifier<KeyObject>({ crypto: nodeVerifier, cacheEntriesMax: 100 })
  const policy = { purpose: 'entry', expiredByMaxMs: 0, staleByMaxMs: 0 } as const
  let trust: TrustView | undefined
  return {
    async poll() {
      trust = await fetchTrust(world)
    },
    verify(text: string, atMs = world.clock.time) {
      if (trust === undefined) throw new Error('poll first')
      return verifier.verify(text, trust, policy, atMs)
    },
  }
}

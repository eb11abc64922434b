/**
 * Signs what there is to publish: a file for each status list that changed, and a manifest over all.
 * A manifest is stored only if none came in between since its state was read, under a version that is
 * a primary key: so no replica can publish an older state after a newer one, nor two manifests of one
 * version.
 */
import type { Clock } from '../clock.ts'
import { basisOf, type ListEntry, type PublishState } from '../domain/publication.ts'
import { endedIndices } from '../store/certificates/status.ts'
import { lockFor } from '../store/engine/leases.ts'
import { transact } from '../store/engine/transact.ts'
import type { PublishedManifest } from '../store/publish/published.ts'
import * as published from '../store/publish/published.ts'
import type { Database } from '../store/schema/schema.ts'
import { makeListFile, makeManifest, sha256Hex } from './files.ts'
import type { Keyring } from './keyring.ts'
import type { OldCopy } from './old-copy.ts'
import type { ServedManifest } from './served-manifest.ts'

export interface StateSignerOptions {
  readonly db: Database
  readonly clock: Clock
  readonly keyring: Keyring
  readonly served: ServedManifest
  /** No manifest gets a lower version than this. */
  readonly versionFloor: number
  readonly oldCopy: OldCopy | undefined
}

export type PublishWhen = 'changes' | 'renew' | 'anew'

export interface StateSigner {
  /**
   * Publishes if something changed; also if the last manifest is getting old (`renew`), or in any case
   * (`anew`). Gives whether it did. Throws Problem `NO_KEY`, and `DATABASE_OLD` over an old copy.
   */
  publish(when: PublishWhen): Promise<boolean>
  /** Whether the served manifest says what there is to publish now. */
  isPublished(): Promise<boolean>
}

export function createStateSigner(options: StateSignerOptions): StateSigner {
  const { db, clock, keyring, served, versionFloor, oldCopy } = options

  async function listEntry(list: PublishState['lists'][number]): Promise<ListEntry> {
    const known = await published.findListEntry(db, list.number, list.revision + 1)
    if (known !== undefined) return known
    const now = clock.now()
    const ended = await endedIndices(db, list.number)
    const key = keyring.key({ role: 'status' })
    const file = await makeListFile(list, ended, key, Math.floor(now / 1000))
    return published.keepListFile(db, file, now)
  }

  const stateAt = (now: number) => published.readState(db, keyring.trust().version, now)

  /** Whether the newest manifest will do. */
  const isGood = (last: PublishedManifest, when: PublishWhen) =>
    when === 'changes' || (when === 'renew' && !served.isOld(last))

  async function publish(when: PublishWhen): Promise<boolean> {
    oldCopy?.demandNot()
    const now = clock.now()
    const last = await served.read()
    const state = await stateAt(now)
    keyring.deny(state.deniedKids)
    if (last?.basis === basisOf(state) && isGood(last, when)) return false
    const lists: ListEntry[] = []
    for (const list of state.lists) lists.push(await listEntry(list))
    const overtaken = await transact(db, async tx => {
      await lockFor(tx, 'publishing')
      const newest = await published.newestManifest(tx, last)
      if (newest?.version !== last?.version) return true
      const iat = Math.floor(now / 1000)
      const version = Math.max((last?.version ?? 0) + 1, iat, versionFloor)
      const bytes = await makeManifest(state, lists, keyring.key({ role: 'status' }), {
        version,
        iat,
      })
      const etag = `"${sha256Hex(bytes).slice(0, 24)}"`
      await published.keepManifest(tx, { version, bytes, etag, state }, now)
      return false
    })
    return overtaken ? publish(when) : true
  }

  return {
    publish,
    isPublished: async () => served.latest()?.basis === basisOf(await stateAt(clock.now())),
  }
}

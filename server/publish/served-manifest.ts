/** The newest manifest that this replica has read back: what it serves, and how old that is. */
import type { Clock, Timers } from '../clock.ts'
import { MANIFEST_EVERY_MS } from '../limits.ts'
import { REPLICA_SKEW_MS_MAX } from '../store/engine/limits.ts'
import { newestManifest, type PublishedManifest } from '../store/publish/published.ts'
import type { Database } from '../store/schema/schema.ts'

export interface ServedManifest {
  latest(): PublishedManifest | undefined
  /** The newest in the database. Throws `DATABASE_WENT_BACK` for an older one than was served. */
  read(): Promise<PublishedManifest | undefined>
  serve(manifest: PublishedManifest | undefined): void
  /**
   * Whether one is to be signed again. One by a replica whose clock is a little ahead is as old as it
   * has been known here.
   */
  isOld(manifest: PublishedManifest): boolean
}

export function createServedManifest(db: Database, clock: Clock, timers: Timers): ServedManifest {
  let latest: PublishedManifest | undefined
  let since = Number.NEGATIVE_INFINITY
  return {
    latest: () => latest,
    async read() {
      const found = await newestManifest(db, latest)
      if ((found?.version ?? 0) >= (latest?.version ?? 0)) return found
      throw Object.assign(new Error('the database went back'), { code: 'DATABASE_WENT_BACK' })
    },
    serve(manifest) {
      if (manifest !== latest) since = timers.monotonic()
      latest = manifest
    },
    isOld(manifest) {
      const age = clock.now() - manifest.madeAt
      if (age < -REPLICA_SKEW_MS_MAX) return true
      const known = manifest.version === latest?.version ? timers.monotonic() - since : 0
      return Math.max(age, known) >= MANIFEST_EVERY_MS * 0.75
    },
  }
}

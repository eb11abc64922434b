/**
 * Publishes status lists and manifests. Whoever flips a bit has it published at once; signing again
 * what did not change is left to the replica that holds a lease. Replicas serve only bytes read back
 * from the database. A look that finds nothing new is one statement, and over SQLite none at all.
 */
import { signTimeAnswer } from '../../pass/documents/signed-time.ts'
import type { TrustDocument } from '../../pass/documents/trust.ts'
import type { PassEnvironment } from '../../pass/keys.ts'
import type { Clock } from '../clock.ts'
import { revisionsOf } from '../domain/publication.ts'
import { daysToOpen } from '../domain/status-days.ts'
import * as limits from '../limits.ts'
import { errorFields, type Log } from '../ops/log.ts'
import { createTicker } from '../ops/ticker.ts'
import type { StatusRevision } from '../store/certificates/certificates.ts'
import { missingDays, openLists } from '../store/certificates/status.ts'
import { createChangeLook } from '../store/engine/changes.ts'
import { engineOf } from '../store/engine/engines.ts'
import { handleOf } from '../store/engine/handle.ts'
import { dropLease, holdLease } from '../store/engine/leases.ts'
import { transact } from '../store/engine/transact.ts'
import { glance, PUBLISHING_TABLES } from '../store/publish/glance.ts'
import type { PublishedManifest } from '../store/publish/published.ts'
import type { Database } from '../store/schema/schema.ts'
import { createHeartbeat } from './heartbeat.ts'
import { type HighWaterMark, markRaiser } from './high-water.ts'
import { createKeyring, type Keyring } from './keyring.ts'
import { createListeners } from './listeners.ts'
import type { OldCopy } from './old-copy.ts'
import { createServedManifest } from './served-manifest.ts'
import type { Signer } from './signer.ts'
import { createSoon } from './soon.ts'
import { createStateSigner } from './state-signer.ts'
import { currentTrust, takeInTrust } from './trust-source.ts'

/** What an upkeep asks of the database, and of which days: those that lists are to be open for. */
const UPKEEP_TABLES = ['gates_ahead', 'trust_documents', 'status_lists']
const NONE_OPEN: ReadonlySet<number> = new Set()

export interface PublisherOptions {
  readonly db: Database
  readonly clock: Clock
  readonly log: Log
  readonly signer: Signer
  /** Folder of trust-N.cbor. */
  readonly trustFolder: string
  readonly environment: PassEnvironment
  /** No manifest gets a lower version than this; 0 by default. */
  readonly versionFloor?: number
  /** Raised before anything is served; undefined: nothing is remembered outside the database. */
  readonly mark?: HighWaterMark | undefined
  /** Nothing is published over an old copy of the database. */
  readonly oldCopy?: OldCopy
}

export interface Publisher {
  /** The newest manifest that this replica has read back. */
  latest(): PublishedManifest | undefined
  /**
   * Resolves when `latest` is no older than the last break of this process: undefined when it is not older.
   * Throws Problem `NOT_READY` when the database doesn't say within AWAKE_MS_MAX.
   */
  awake(): Promise<void> | undefined
  /** The newest trust document. Throws Problem `NOT_READY` before the start. */
  trust(): TrustDocument
  /** A key to sign with now. Throws Problem `NO_KEY` when none is released. */
  readonly key: Keyring['key']
  /** Whether the private part of a key of the trust document is at hand. */
  readonly holds: Keyring['holds']
  /** Waits until a manifest holds the change: its version, or undefined after `waitMs`. */
  published(change: StatusRevision, waitMs: number): Promise<number | undefined>
  /** Calls `listener` when a manifest says something new (not when it is signed again), `onStop` at the end. */
  onChange(listener: () => void, onStop: () => void): () => void
  /** Publishes what changed, such as denied keys, and returns when it is served. */
  publishNow(): Promise<void>
  /** Signs a new manifest also where nothing has changed, and returns when it is served. */
  publishAnew(): Promise<void>
  /** Signed time for a gate's nonce. */
  timeAnswer(nonce: Uint8Array): Promise<Uint8Array>
  /** Takes in trust, publishes for the first time, and goes on until `stop`. */
  start(): Promise<void>
  /** Ends what `onChange` feeds, so that connections can close. */
  endStreams(): void
  stop(): Promise<void>
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { db, clock, log, signer, oldCopy, versionFloor = 0 } = options
  const { timers, random, changes } = handleOf(db)
  const owner = random.uuid()
  const keyring = createKeyring(signer, clock, options.environment)
  const served = createServedManifest(db, clock, timers)
  const state = createStateSigner({ db, clock, keyring, served, versionFloor, oldCopy })
  const listeners = createListeners()
  const heart = createHeartbeat(() => inTurn(() => run(false)), { timers, clock })
  const soon = createSoon(timers, () => inTurn(() => run(true)))
  const changed = createChangeLook(changes, PUBLISHING_TABLES)
  const kept = createChangeLook(changes, UPKEEP_TABLES)
  const raiseMark = options.mark && markRaiser(options.mark, db, log)
  let upkeepAt = Number.NEGATIVE_INFINITY
  let settled: string | undefined
  let chain: Promise<void> = Promise.resolve()

  /**
   * Every few seconds: new trust, new keys, tomorrow's list. Over SQLite the database is asked only
   * when it may say something else than the last time.
   */
  async function upkeep(now: number): Promise<void> {
    upkeepAt = now
    const seen = kept.look()
    const state = seen && `${seen} for ${daysToOpen(NONE_OPEN, now)}`
    const isSame = kept.isSettled(state)
    const isOld = isSame ? false : await oldCopy?.look()
    signer.refresh()
    const known = keyring.isReady() ? keyring.trust() : undefined
    const newest = isSame ? known : await currentTrust(db, known)
    keyring.takeIn(await takeInTrust(db, options.trustFolder, now, newest))
    if (!isSame && (await missingDays(db, now)).length > 0) {
      await transact(db, tx => openLists(tx, now))
    }
    kept.settle(isOld ? undefined : state)
  }

  /** Gives whether there was one. Throws when there is no trust yet. */
  async function upkeepInTime(): Promise<boolean> {
    const now = clock.now()
    if (now >= upkeepAt && now < upkeepAt + limits.UPKEEP_MS) return false
    await upkeep(now).catch(error => {
      if (!keyring.isReady()) throw error
      log.error(errorFields(error), 'upkeep failed')
    })
    return true
  }

  async function run(isChanged: boolean): Promise<void> {
    const now = clock.now()
    const breaks = heart.breaks()
    await upkeepInTime()
    const seen = changed.look()
    const found = await glance(db, now)
    const renew = await holdLease(db, 'publisher', owner, now)
    if ((renew || isChanged) && (await state.publish(renew ? 'renew' : 'changes'))) soon.published()
    const before = served.latest()?.basis
    const newest = await served.read()
    await raiseMark?.(newest?.version ?? 0)
    served.serve(newest)
    heart.known(breaks)
    if (newest?.basis !== before) listeners.tell()
    // What is left to the replica with the lease, which may be dead, is looked at again until it is
    // done; and so is a manifest that came after the glance, its own as well.
    const isServed = found.manifestVersion === newest?.version
    const isDone = isServed && (renew || isChanged || (await state.isPublished()))
    settled = isDone ? found.text : undefined
    changed.settle(isDone ? seen : undefined)
  }

  /** Runs when a manifest is old, or something is another than when all was done. */
  async function look(): Promise<void> {
    const wasUpkept = await upkeepInTime()
    const latest = served.latest()
    if (latest !== undefined && !served.isOld(latest)) {
      const seen = changed.look()
      // A list may have come to its end meanwhile, which nobody writes.
      if (!wasUpkept && changed.isSettled(seen)) return
      if ((await glance(db, clock.now())).text === settled) return changed.settle(seen)
    }
    await run(false)
  }

  /** One after the other. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = chain.then(work)
    chain = done.catch(() => {})
    return done
  }

  const isAlone = engineOf(db) === 'sqlite'
  const ticker = createTicker({
    timers,
    log,
    failed: 'publishing failed',
    everyMs: isAlone ? limits.PUBLISH_ALONE_TICK_MS : limits.PUBLISH_TICK_MS,
    wakeMs: limits.PUBLISH_TICK_MS,
    work: () => inTurn(look),
  })
  let deafen = () => {}

  return {
    endStreams: listeners.endAll,
    awake: heart.awake,
    latest: served.latest,
    trust: keyring.trust,
    key: keyring.key,
    holds: keyring.holds,
    onChange: listeners.add,
    publishNow: soon.run,
    publishAnew: () =>
      inTurn(async () => {
        await state.publish('anew')
        await run(true)
      }),
    published: ({ list, revision }, waitMs) =>
      soon.until(() => {
        const latest = served.latest()
        const reached = latest && revisionsOf(latest.basis).get(list)
        return reached !== undefined && reached >= revision ? latest?.version : undefined
      }, waitMs),
    async timeAnswer(nonce) {
      const manifestVersion = served.latest()?.version ?? 0
      const answer = { nonce, time: clock.now(), manifestVersion }
      return signTimeAnswer(answer, keyring.key({ role: 'time' }))
    },
    async start() {
      heart.start()
      await inTurn(() => run(true))
      deafen = changes.listen(PUBLISHING_TABLES, ticker.wake)
      ticker.start()
    },
    async stop() {
      deafen()
      listeners.endAll()
      heart.stop()
      await ticker.stop()
      await soon.stop()
      await chain
      await dropLease(db, 'publisher', owner)
    },
  }
}

/**
 * Publishes status lists and manifests. Whoever flips a bit has it published at once; signing again
 * what did not change is left to the replica that holds a lease. A manifest is stored only if none
 * came in between since its state was read, under a version that is a primary key: so no replica can
 * publish an older state after a newer one, nor two manifests of one version. Replicas serve only
 * bytes read back from the database.
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PassEnvironment } from '../../pass/keys.ts'
import { signTimeAnswer } from '../../pass/signed-time.ts'
import type { TrustDocument } from '../../pass/trust.ts'
import type { Clock } from '../clock.ts'
import { Problem } from '../errors.ts'
import { createHeartbeat } from '../heartbeat.ts'
import { type HighWaterMark, markRaiser } from '../high-water.ts'
import * as limits from '../limits.ts'
import { errorFields, type Log } from '../log.ts'
import type { OldCopy } from '../old-copy.ts'
import type { StatusRevision } from '../store/certificates.ts'
import { REPLICA_SKEW_MS_MAX } from '../store/limits.ts'
import * as published from '../store/published.ts'
import type { Database } from '../store/schema.ts'
import { endedIndices, missingDays, openLists } from '../store/status.ts'
import { transact } from '../store/transact.ts'
import {
  basisOf,
  type ListEntry,
  makeListFile,
  makeManifest,
  revisionsOf,
  sha256Hex,
} from './files.ts'
import { pickKey, type Wanted } from './keyring.ts'
import type { OnlineKey, Signer } from './signer.ts'
import { takeInTrust } from './trust-source.ts'

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
  latest(): published.PublishedManifest | undefined
  /**
   * Resolves when `latest` is no older than the last break of this process: at once but after one.
   * Throws Problem `NOT_READY` when the database doesn't say within AWAKE_MS_MAX.
   */
  awake(): Promise<void>
  /** The newest trust document. Throws Problem `NOT_READY` before the start. */
  trust(): TrustDocument
  /** A key to sign with now. Throws Problem `NO_KEY` when none is released. */
  key(wanted: Pick<Wanted, 'role' | 'passClass'>): OnlineKey
  /** Waits until a manifest holds the change: its version, or undefined after `waitMs`. */
  published(change: StatusRevision, waitMs: number): Promise<number | undefined>
  /** Calls `listener` when a manifest says something new (not when it is signed again), `onStop` at the end. */
  onChange(listener: () => void, onStop: () => void): () => void
  /** Publishes what changed, such as denied keys, and returns when it is served. */
  publishNow(): Promise<void>
  /** Signed time for a gate's nonce. */
  timeAnswer(nonce: Uint8Array): Promise<Uint8Array>
  /** Takes in trust, publishes for the first time, and goes on until `stop`. */
  start(): Promise<void>
  /** Ends what `onChange` feeds, so that connections can close. */
  endStreams(): void
  stop(): Promise<void>
}

export function createPublisher(options: PublisherOptions): Publisher {
  const { db, clock, log, signer } = options
  const owner = randomUUID()
  let trust: TrustDocument | undefined
  let latest: published.PublishedManifest | undefined
  let denied: ReadonlySet<string> = new Set()
  let upkeepAt = Number.NEGATIVE_INFINITY
  let publishedAt = Number.NEGATIVE_INFINITY
  let chain: Promise<void> = Promise.resolve()
  let queued: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  const listeners = new Map<() => void, () => void>()
  let stopped = false
  const heart = createHeartbeat(() => serial(false))
  const raiseMark = options.mark && markRaiser(options.mark, db, log)
  let servedSince = Number.NEGATIVE_INFINITY

  function trustNow(): TrustDocument {
    if (trust === undefined) throw new Problem('NOT_READY')
    return trust
  }

  function key(wanted: Pick<Wanted, 'role' | 'passClass'>): OnlineKey {
    const at = Math.floor(clock.now() / 1000)
    const issuer = wanted.role === 'issuer' ? { environment: options.environment } : {}
    const found = pickKey(signer.keys(), trustNow(), denied, { ...wanted, ...issuer }, at)
    if (found === undefined) throw new Problem('NO_KEY')
    return found
  }

  /** Every few seconds: new trust, new keys, tomorrow's list. */
  async function upkeep(now: number): Promise<void> {
    if (now >= upkeepAt && now < upkeepAt + limits.UPKEEP_MS) return
    upkeepAt = now
    await options.oldCopy?.look()
    signer.refresh()
    trust = await takeInTrust(db, options.trustFolder, now)
    if ((await missingDays(db, now)).length > 0) {
      await transact(db, tx => openLists(tx, now))
    }
  }

  /** The newest manifest; an older one than was served means that a backup is under us. */
  async function newest(): Promise<published.PublishedManifest | undefined> {
    const found = await published.newestManifest(db, latest)
    if ((found?.version ?? 0) >= (latest?.version ?? 0)) return found
    throw Object.assign(new Error('the database went back'), { code: 'DATABASE_WENT_BACK' })
  }

  async function listEntry(list: { number: number; revision: number }): Promise<ListEntry> {
    const known = await published.findListEntry(db, list.number, list.revision + 1)
    if (known !== undefined) return known
    const now = clock.now()
    const ended = await endedIndices(db, list.number)
    const file = await makeListFile(list, ended, key({ role: 'status' }), Math.floor(now / 1000))
    return published.keepListFile(db, file, now)
  }

  /** Publishes if something changed, or if the last manifest is getting old and `renew` is set. */
  async function publish(renew: boolean): Promise<void> {
    options.oldCopy?.demandNot()
    const now = clock.now()
    const last = await newest()
    const state = await published.readState(db, trustNow().version, now)
    denied = new Set(state.deniedKids)
    if (last?.basis === basisOf(state) && !(renew && isOld(last, now))) return
    const lists: ListEntry[] = []
    for (const list of state.lists) lists.push(await listEntry(list))
    const overtaken = await transact(db, async tx => {
      await published.lockFor(tx, 'publishing')
      const newest = await published.newestManifest(tx, last)
      if (newest?.version !== last?.version) return true
      const iat = Math.floor(now / 1000)
      const version = Math.max((last?.version ?? 0) + 1, iat, options.versionFloor ?? 0)
      const bytes = await makeManifest(state, lists, key({ role: 'status' }), { version, iat })
      const etag = `"${sha256Hex(bytes).slice(0, 24)}"`
      await published.keepManifest(tx, { version, bytes, etag, state }, now)
      return false
    })
    if (overtaken) return publish(renew)
    publishedAt = performance.now()
  }

  async function run(changed: boolean): Promise<void> {
    const now = clock.now()
    const breaks = heart.breaks()
    await upkeep(now).catch(error => {
      if (trust === undefined) throw error
      log.error(errorFields(error), 'upkeep failed')
    })
    const renew = await published.holdLease(db, 'publisher', owner, now)
    if (renew || changed) await publish(renew)
    const before = latest?.basis
    const found = await newest()
    await raiseMark?.(found?.version ?? 0)
    if (found !== latest) servedSince = performance.now()
    latest = found
    heart.known(breaks)
    if (latest?.basis !== before) for (const listener of [...listeners.keys()]) listener()
  }

  /** One run after the other. */
  function serial(changed: boolean): Promise<void> {
    const done = chain.then(() => run(changed))
    chain = done.catch(() => {})
    return done
  }

  /** Calls that come before the run has begun share it. */
  function soon(): Promise<void> {
    queued ??= (async () => {
      const wait = publishedAt + limits.PUBLISH_GAP_MS - performance.now()
      // Waits even for nothing: `queued` must be set before it is cleared.
      await sleep(Math.max(0, wait))
      queued = undefined
      await serial(true)
    })()
    return queued
  }

  /** One by a replica whose clock is a little ahead is as old as it has been known here. */
  function isOld(last: published.PublishedManifest, now: number): boolean {
    const age = now - last.madeAt
    if (age < -REPLICA_SKEW_MS_MAX) return true
    const known = last.version === latest?.version ? performance.now() - servedSince : 0
    return Math.max(age, known) >= limits.MANIFEST_EVERY_MS * 0.75
  }

  async function tick(): Promise<void> {
    await serial(false).catch(error => log.error(errorFields(error), 'publishing failed'))
    if (!stopped) timer = setTimeout(tick, limits.PUBLISH_TICK_MS).unref()
  }

  function endStreams(): void {
    for (const onStop of [...listeners.values()]) onStop()
  }

  return {
    endStreams,
    awake: heart.awake,
    latest: () => latest,
    trust: trustNow,
    key,
    onChange(listener, onStop) {
      listeners.set(listener, onStop)
      return () => void listeners.delete(listener)
    },
    publishNow: soon,
    async published(change, waitMs) {
      const deadline = performance.now() + waitMs
      while (!stopped) {
        const left = deadline - performance.now()
        if (left <= 0) return undefined
        await Promise.race([soon().catch(() => sleep(50)), sleep(left, undefined, { ref: false })])
        const revision = latest && revisionsOf(latest.basis).get(change.list)
        if (revision !== undefined && revision >= change.revision) return latest?.version
      }
      return undefined
    },
    async timeAnswer(nonce) {
      const signing = key({ role: 'time' })
      return signTimeAnswer(
        { nonce, time: clock.now(), manifestVersion: latest?.version ?? 0 },
        signing,
      )
    },
    async start() {
      heart.start()
      await serial(true)
      timer = setTimeout(tick, limits.PUBLISH_TICK_MS).unref()
    },
    async stop() {
      stopped = true
      endStreams()
      clearTimeout(timer)
      heart.stop()
      await queued?.catch(() => {})
      await chain
      await published.dropLease(db, 'publisher', owner)
    },
  }
}

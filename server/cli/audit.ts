/** The `audit verify` and `audit export` commands. */

import { databasePlace, type LoadedConfig } from '../config.ts'
import { type AuditVerdict, verifyAuditChain } from '../domain/audit-chain.ts'
import { StartError } from '../errors.ts'
import {
  countedBodies,
  type KeptNow,
  type RemovalFault,
  removalFault,
} from '../publish/audit-removals.ts'
import { countLost, countUnchained, readAuditChain } from '../store/audit/audit-chain.ts'
import { openDatabase } from '../store/engine/engines.ts'
import type { Database } from '../store/schema/schema.ts'

/** Prints one JSON line. Sets exit code 1 when the chain or a row in it was changed. */
export async function auditVerify(loaded: LoadedConfig, head: string | undefined): Promise<void> {
  if (head !== undefined && !/^[0-9a-f]{64}$/.test(head)) {
    throw new StartError('CONFIG', '--head must be 64 hexadecimal digits')
  }
  await withDatabase(loaded, async db => {
    const { auditDays } = loaded.config.retention
    const verdict = await judgeAudit(db, head, { now: Date.now(), auditDays })
    process.stdout.write(`${JSON.stringify(verdict)}\n`)
    if (!verdict.ok) process.exitCode = 1
  })
}

export type AuditJudgement =
  | (Omit<Extract<AuditVerdict, { ok: true }>, 'removed'> & { readonly waiting: number })
  | Extract<AuditVerdict, { ok: false }>
  | RemovalFault
  /** So many rows that were written stand nowhere, in the chain or waiting for it. */
  | { readonly ok: false; readonly fault: 'LOST'; readonly rows: number }
  /** `STRAY`: rows say that they are in the chain and aren't. `HEAD`: the noted head is gone. */
  | { readonly ok: false; readonly fault: 'STRAY' | 'HEAD' }

/**
 * The chain, and that no row stands beside it. Beside a service that seals, no row is missed: those
 * that wait are counted first, so one that is sealed meanwhile counts as waiting and as a row.
 */
export async function judgeAudit(
  db: Database,
  head?: string,
  kept?: KeptNow,
): Promise<AuditJudgement> {
  const { waiting, stray } = await countUnchained(db)
  const before = await countedBodies(db, kept)
  const verdict = await verifyAuditChain(readAuditChain(db), head)
  if (!verdict.ok) return verdict
  if (stray > 0) return { ok: false, fault: 'STRAY' }
  const lost = await countLost(db)
  if (lost > 0) return { ok: false, fault: 'LOST', rows: lost }
  if (!verdict.headFound) return { ok: false, fault: 'HEAD' }
  const { removed, ...found } = verdict
  const fault = removalFault(removed, before, await countedBodies(db, kept))
  return fault ?? { ...found, waiting }
}

/** Prints each link with its row, one JSON line each. */
export async function auditExport(loaded: LoadedConfig): Promise<void> {
  await withDatabase(loaded, async db => {
    for await (const link of readAuditChain(db)) {
      const line = `${JSON.stringify({ ...link, body: link.body ?? null })}\n`
      if (!process.stdout.write(line)) {
        await new Promise(resolve => process.stdout.once('drain', resolve))
      }
    }
  })
}

async function withDatabase(
  { config }: LoadedConfig,
  work: (db: Database) => Promise<void>,
): Promise<void> {
  const db = await openDatabase(databasePlace(config))
  try {
    await work(db)
  } finally {
    await db.destroy()
  }
}

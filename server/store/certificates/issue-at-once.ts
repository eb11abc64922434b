/**
 * The usual issue on a phone, where no certificate of the person runs: person, month, application,
 * certificate and audit at once. On PostgreSQL that is one statement, since each one sent costs more
 * than what it does; on SQLite a transaction of five whose texts never change. All or nothing: what
 * can't be done this simply leaves nothing behind, and the ordinary transaction finds out why.
 */

import { CompiledQuery } from 'kysely'
import { QUOTA_PER_MONTH, shanghaiMonth } from '../../domain/certificate.ts'
import type { Secrets } from '../../secrets.ts'
import { type AuditEntry, auditRow } from '../audit/audit.ts'
import { engineOf } from '../engine/engines.ts'
import { handleOf } from '../engine/handle.ts'
import { type Identity, newPerson } from '../people/people.ts'
import type { Certificate, Database, Tx } from '../schema/schema.ts'
import type { NewCertificate } from './certificates.ts'
import { ISSUE_STATEMENT, ISSUE_STEPS, type IssueStep } from './issue-statement.ts'
import type { StatusPlace } from './status.ts'

export interface IssueAtOnce extends Required<Omit<NewCertificate, 'person'>> {
  readonly application: string
  readonly identity: Identity
  readonly place: StatusPlace
  readonly audit: AuditEntry
}

/**
 * Undefined: a certificate runs, the month is used up, the application was settled before, or the
 * document is another one of a person.
 */
export async function issueAtOnce(
  db: Database,
  secrets: Secrets,
  issue: IssueAtOnce,
  now: number,
): Promise<Certificate | undefined> {
  const values = valuesOf(db, secrets, issue, now)
  const person =
    engineOf(db) === 'postgres' ? await inOneStatement(db, values) : await inOneGo(db, values)
  return person === undefined ? undefined : certificateOf(issue, person)
}

/** What the statements are given, in the order of their `$n`. */
function valuesOf(db: Database, secrets: Secrets, issue: IssueAtOnce, now: number) {
  const { id, application, channel, place, validFrom, validUntil, keys } = issue
  const person = newPerson(db, secrets, issue.identity)
  const audit = auditRow(handleOf(db).random, issue.audit, now)
  return [
    ...[person.id, person.document_type, person.document_hash, person.sealed, id, validUntil, now],
    ...[shanghaiMonth(now), QUOTA_PER_MONTH, application],
    ...[channel, place.list, place.index, validFrom, keys.device, keys.holder],
    ...[audit.id, audit.actor, audit.action, audit.subject, audit.detail, audit.salt],
  ] as const
}

/** `not_null_violation`, and what `transact` would try again. */
const GAVE_UP = new Set(['23502', '40001', '40P01'])

async function inOneStatement(db: Database, values: readonly unknown[]) {
  try {
    return await personOf(db, ISSUE_STATEMENT, values)
  } catch (error) {
    if (GAVE_UP.has(String((error as { code?: unknown }).code))) return undefined
    throw error
  }
}

class NotSoSimple extends Error {}

async function inOneGo(db: Database, values: readonly unknown[]): Promise<string | undefined> {
  try {
    return await db.transaction().execute(tx => stepByStep(tx, values))
  } catch (error) {
    if (error instanceof NotSoSimple) return undefined
    throw error
  }
}

async function stepByStep(tx: Tx, values: readonly unknown[]): Promise<string> {
  const [first, ...rest] = ISSUE_STEPS
  const run = async ({ sql, order }: IssueStep, all: readonly unknown[]) => {
    const given = order.map(i => all[i])
    return (await tx.executeQuery<{ id?: string; person?: string }>(CompiledQuery.raw(sql, given)))
      .rows[0]
  }
  const person = (await run(first, values))?.id
  if (person === undefined) throw new NotSoSimple()
  const all = [...values, person]
  for (const step of rest) {
    const done = await run(step, all)
    if (done === undefined && step.tells) throw new NotSoSimple()
  }
  return person
}

async function personOf(db: Database, sql: string, values: readonly unknown[]) {
  const { rows } = await db.executeQuery<{ person: string }>(CompiledQuery.raw(sql, [...values]))
  return rows[0]?.person
}

function certificateOf(issue: IssueAtOnce, person: string): Certificate {
  const { id, channel, place, validFrom, validUntil, keys } = issue
  return {
    ...{ id, person, channel, list: place.list, status_index: place.index },
    ...{ valid_from: validFrom, valid_until: validUntil, ended_at: null, end_reason: null },
    ...{ device_key: keys.device, holder_key: keys.holder },
  }
}

/**
 * The usual issue on a phone, where no certificate of the person runs: person, month, application,
 * certificate and audit at once, and those of several phones in one go. On PostgreSQL a go is one
 * statement, since each one sent costs more than what it does; on SQLite a transaction of statements
 * whose texts never change. All or nothing: what can't be done this simply leaves nothing behind, and
 * the ordinary transaction finds out why.
 */

import { CompiledQuery } from 'kysely'
import { QUOTA_PER_MONTH, shanghaiMonth } from '../../domain/certificate.ts'
import type { Secrets } from '../../secrets.ts'
import { type AuditEntry, auditRow } from '../audit/audit.ts'
import { engineOf } from '../engine/engines.ts'
import { inGoes } from '../engine/goes.ts'
import { handleOf } from '../engine/handle.ts'
import { ISSUE_GOES } from '../engine/limits.ts'
import { isLostToOthers } from '../engine/transact.ts'
import { troubleOf } from '../engine/trouble.ts'
import { type Identity, newPerson } from '../people/people.ts'
import type { Certificate, Database, Tx } from '../schema/schema.ts'
import type { NewCertificate } from './certificates.ts'
import { ISSUE_STATEMENT, ISSUE_STEPS, type IssueRow, type IssueStep } from './issue-statement.ts'
import type { StatusPlace } from './status.ts'

export interface SimpleIssue extends Required<Omit<NewCertificate, 'person'>> {
  readonly application: string
  readonly identity: Identity
  readonly place: StatusPlace
  readonly audit: AuditEntry
}

/**
 * Undefined: a certificate runs, the month is used up, the application was settled before, or the
 * document is another one of a person. Not to be called inside a transaction.
 */
export type IssueAtOnce = (issue: SimpleIssue, now: number) => Promise<Certificate | undefined>

export function createIssueAtOnce(db: Database, secrets: Secrets): IssueAtOnce {
  const engine = engineOf(db)
  const run = engine === 'postgres' ? inOneStatement : inOneTransaction
  const personOf = inGoes<IssueRow, string | undefined>(
    async rows => {
      try {
        return await run(db, rows)
      } catch (error) {
        if (rows.length === 1 && isRefusal(error)) return [undefined]
        throw error
      }
    },
    {
      ...ISSUE_GOES[engine],
      isOfOne: error => troubleOf(error) === undefined,
    },
  )
  return async (issue, now) => {
    const person = await personOf(rowOf(db, secrets, issue, now))
    return person === undefined ? undefined : certificateOf(issue, person)
  }
}

function rowOf(db: Database, secrets: Secrets, issue: SimpleIssue, now: number): IssueRow {
  const { id, application, channel, place, validFrom, validUntil, keys } = issue
  const { id: person, ...document } = newPerson(db, secrets, issue.identity, now)
  const {
    id: audit,
    actor,
    action,
    subject,
    detail,
    salt,
  } = auditRow(handleOf(db).random, issue.audit, now)
  return {
    ...{ person, ...document, certificate: id, channel, application, now },
    ...{ list: place.list, status_index: place.index, valid_from: validFrom },
    ...{ valid_until: validUntil, device_key: keys.device, holder_key: keys.holder },
    ...{ month: shanghaiMonth(now), month_max: QUOTA_PER_MONTH },
    ...{ audit, actor, action, subject, detail, salt },
  }
}

class NotSoSimple extends Error {}

/** `not_null_violation` (PostgreSQL's manual, appendix A). */
const NO_PERSON = '23502'

const isRefusal = (error: unknown): boolean =>
  error instanceof NotSoSimple ||
  (error as { code?: unknown }).code === NO_PERSON ||
  isLostToOthers(error)

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')

async function inOneStatement(
  db: Database,
  rows: readonly IssueRow[],
): Promise<(string | undefined)[]> {
  const asked: IssueRow<string>[] = rows.map(row => ({
    ...row,
    document_hash: base64(row.document_hash),
    sealed: base64(row.sealed),
  }))
  const applications = rows.map(({ application }) => application)
  const values = [JSON.stringify(asked), QUOTA_PER_MONTH, applications]
  const made = await db.executeQuery<{ certificate: string; person: string }>(
    CompiledQuery.raw(ISSUE_STATEMENT, values),
  )
  const persons = new Map(made.rows.map(({ certificate, person }) => [certificate, person]))
  return rows.map(({ certificate }) => persons.get(certificate))
}

function inOneTransaction(
  db: Database,
  rows: readonly IssueRow[],
): Promise<(string | undefined)[]> {
  return db.transaction().execute(async tx => {
    const persons: (string | undefined)[] = []
    for (const row of rows) persons.push(await stepByStep(tx, row))
    return persons
  })
}

/** Throws NotSoSimple when it has done a part of it. */
async function stepByStep(tx: Tx, row: IssueRow): Promise<string | undefined> {
  const found = await given<{ id: string }>(tx, ISSUE_STEPS.person, row)
  if (found === undefined) return undefined
  const known = { ...row, person: found.id }
  for (const step of ISSUE_STEPS.rest) {
    if ((await given(tx, step, known)) === undefined) throw new NotSoSimple()
  }
  return found.id
}

async function given<Row>(
  tx: Tx,
  { sql, order }: IssueStep,
  row: IssueRow,
): Promise<Row | undefined> {
  const values = order.map(name => row[name])
  return (await tx.executeQuery<Row>(CompiledQuery.raw(sql, values))).rows[0]
}

function certificateOf(issue: SimpleIssue, person: string): Certificate {
  const { id, channel, place, validFrom, validUntil, keys } = issue
  return {
    ...{ id, person, channel, list: place.list, status_index: place.index },
    ...{ valid_from: validFrom, valid_until: validUntil, ended_at: null, end_reason: null },
    ...{ device_key: keys.device, holder_key: keys.holder },
  }
}

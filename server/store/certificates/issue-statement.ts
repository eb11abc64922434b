/**
 * What an issue on a phone does, as statements: one for PostgreSQL, five for SQLite, which has no
 * `with` over writing statements. The same texts stand in both; `$n` are the values of
 * issue-at-once.ts.
 */

const PERSON = `insert into people (id, document_type, document_hash, sealed, active_certificate,
    active_until, created_at, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7, $7)
  on conflict (document_hash) do update set sealed = excluded.sealed,
    document_type = excluded.document_type, active_certificate = excluded.active_certificate, active_until = excluded.active_until,
    updated_at = excluded.updated_at
  where (people.active_certificate is null or people.active_until <= excluded.updated_at)
    and (people.same_as is null or people.same_as = people.id)
  returning id`
const onMonth = (person: string) => `insert into quota (person, month, n) ${person}
  on conflict (person, month) do update set n = quota.n + 1 where quota.n < $9
  returning person`
const SETTLE = `update applications set state = 'done', certificate = $5
  where id = $10 and state = 'open'`
const onCertificate = (person: string) => `insert into certificates (id, person, channel, list,
    status_index, valid_from, valid_until, device_key, holder_key)
  values ($5, ${person}, $11, $12, $13, $14, $6, $15, $16)`
const AUDIT = `insert into audit (id, at, actor, action, subject, detail, salt)
  values ($17, $7, $18, $19, $20, $21, $22)`

/** For PostgreSQL. A step that did nothing leaves the certificate without a person: refused, whole. */
export const ISSUE_STATEMENT = `with
  person as (${PERSON}),
  counted as (${onMonth('select id, $8, 1 from person')}),
  settled as (${SETTLE} and exists (select 1 from counted) returning id),
  audited as (${AUDIT})
  ${onCertificate('(select counted.person from counted, settled)')}
  returning person`

export interface IssueStep {
  readonly sql: string
  /** Which value stands at each of its marks. */
  readonly order: readonly number[]
  /** Whether it gives a row when it did something. */
  readonly tells: boolean
}

function forSqlite(text: string): IssueStep {
  const order: number[] = []
  const sql = text.replaceAll(/\$(\d+)/g, (_, n) => {
    order.push(Number(n) - 1)
    return '?'
  })
  return { sql, order, tells: sql.includes('returning') }
}

/** For SQLite, in their order; `$23` is the person that the first one gave. */
export const ISSUE_STEPS: readonly [IssueStep, ...IssueStep[]] = [
  forSqlite(PERSON),
  ...[
    onMonth('values ($23, $8, 1)'),
    `${SETTLE} returning id as person`,
    AUDIT,
    `${onCertificate('$23')} returning person`,
  ].map(forSqlite),
]

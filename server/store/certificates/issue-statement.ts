/**
 * What issues on phones do, as statements: one for PostgreSQL, which takes any number of issues, and
 * five for SQLite, which has no `with` over writing statements, for each issue. `:name` are the values
 * of `IssueRow`.
 */

/** One issue, as the statements take it. Bytes are base64 for PostgreSQL, which gets them in JSON. */
export interface IssueRow<Bytes = Uint8Array> {
  readonly person: string
  readonly document_type: string
  readonly document_hash: Bytes
  readonly sealed: Bytes
  readonly certificate: string
  readonly channel: string
  readonly list: number
  readonly status_index: number
  readonly valid_from: number
  readonly valid_until: number
  readonly device_key: string
  readonly holder_key: string
  readonly application: string
  readonly month: string
  readonly month_max: number
  readonly now: number
  readonly audit: string
  readonly actor: string
  readonly action: string
  readonly subject: string
  readonly detail: string
  readonly salt: string
}

const PERSON = `insert into people (id, document_type, document_hash, sealed, active_certificate,
    active_until, created_at, updated_at)`
const ON_PERSON = `on conflict (document_hash) do update set sealed = excluded.sealed,
    document_type = excluded.document_type, active_certificate = excluded.active_certificate,
    active_until = excluded.active_until, updated_at = excluded.updated_at
  where (people.active_certificate is null or people.active_until <= excluded.updated_at)
    and (people.same_as is null or people.same_as = people.id)`
const MONTH = 'insert into quota (person, month, n)'
const onMonth = (max: string) =>
  `on conflict (person, month) do update set n = quota.n + 1 where quota.n < ${max}`
const CERTIFICATE = `insert into certificates (id, person, channel, list, status_index, valid_from,
    valid_until, device_key, holder_key)`
const AUDIT = 'insert into audit (id, at, actor, action, subject, detail, salt)'

/**
 * For PostgreSQL. `$1`: the issues, a JSON array; `$2`: how many a month; `$3`: their
 * applications, so that these are found by their key however many there are. Gives `certificate` and
 * `person` of each issue that was made. One whose person has a certificate, or stands behind another,
 * is left out; one whose month or application is used up leaves its certificate without a person:
 * refused, and with it all of them, as where two are of one document.
 */
export const ISSUE_STATEMENT = `with
  asked as (select * from json_to_recordset($1) as asked (person text, document_type text,
    document_hash text, sealed text, certificate text, channel text, list bigint,
    status_index bigint, valid_from bigint, valid_until bigint, device_key text, holder_key text,
    application text, month text, now bigint, audit text, actor text, action text, subject text,
    detail text, salt text)),
  known as (${PERSON}
    select person, document_type, decode(document_hash, 'base64'), decode(sealed, 'base64'),
      certificate, valid_until, now, now from asked order by document_hash
    ${ON_PERSON} returning id, active_certificate),
  wanted as (select asked.*, known.id as holder
    from known join asked on asked.certificate = known.active_certificate),
  counted as (${MONTH} select holder, month, 1 from wanted
    ${onMonth('$2')} returning person),
  settled as (update applications set state = 'done',
      certificate = (select wanted.certificate from wanted where application = applications.id)
    where id = any($3) and state = 'open' and id in (select application from wanted)
    returning certificate),
  audited as (${AUDIT}
    select audit, now, actor, action, subject, detail, salt from wanted)
  ${CERTIFICATE}
    select wanted.certificate, case when settled.certificate is not null then counted.person end,
      channel, list, status_index, valid_from, valid_until, device_key, holder_key
    from wanted left join counted on counted.person = holder
      left join settled on settled.certificate = wanted.certificate
  returning id as certificate, person`

export interface IssueStep {
  readonly sql: string
  /** Which value stands at each of its marks. */
  readonly order: readonly (keyof IssueRow)[]
}

function forSqlite(text: string): IssueStep {
  const order: (keyof IssueRow)[] = []
  const sql = text.replaceAll(/:(\w+)/g, (_, name) => {
    order.push(name)
    return '?'
  })
  return { sql, order }
}

/** For SQLite, in their order; `person` of all but the first is the one that the first gave. */
export const ISSUE_STEPS = {
  person: forSqlite(`${PERSON}
    values (:person, :document_type, :document_hash, :sealed, :certificate, :valid_until, :now, :now)
    ${ON_PERSON} returning id`),
  /** Each gives a row when it did something. */
  rest: [
    `${MONTH} values (:person, :month, 1) ${onMonth(':month_max')} returning person`,
    `update applications set state = 'done', certificate = :certificate
      where id = :application and state = 'open' returning id`,
    `${AUDIT} values (:audit, :now, :actor, :action, :subject, :detail, :salt) returning id`,
    `${CERTIFICATE} values (:certificate, :person, :channel, :list, :status_index, :valid_from,
      :valid_until, :device_key, :holder_key) returning id`,
  ].map(forSqlite),
} as const

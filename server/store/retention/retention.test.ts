/** What each kind is kept for, to the millisecond, on each engine: the figures stand here once more. */
import { sql } from 'kysely'
import { type Cutoffs, cutoffsAt } from '../../domain/retention.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { engineOf, isPostgresUrl, openDatabase } from '../engine/engines.ts'
import { transact } from '../engine/transact.ts'
import type { Database, Tables } from '../schema/schema.ts'
import { SWEEPS } from './retention.ts'
import { dueSweeps } from './sweep.ts'

const HOUR_MS = 3600_000
const DAY_MS = 24 * HOUR_MS
/** The last millisecond of May in Shanghai. */
const T = Date.UTC(2026, 4, 31, 16) - 1
const KEPT = { certificateDays: 40, ticketDays: 41, journalDays: 42, auditDays: 43 }
const BYTES = new Uint8Array([1])

const timeId = (at: number) => `${at.toString(16).padStart(12, '0')}ab`
let rows = 0
const newId = () => `id${++rows}`

interface Kept {
  readonly kind: string
  /** What is left of it. */
  readonly table: keyof Tables | 'staff_verifications' | 'staff_rate_limits'
  /** Puts one there that is in use until `T`. */
  readonly put: (db: Database) => Promise<unknown>
  /** It is still there at `T` and this, and goes a millisecond later. */
  readonly keptMs: number
}

const list = (number: number, dropAt: number, revision = 0) => ({
  ...{ number, day: number, next: 0, permutation_key: BYTES, revision, drop_at: dropAt },
})
const insert = (db: Database, table: string, row: Record<string, unknown>) =>
  sql`insert into ${sql.table(table)} (${sql.join(Object.keys(row).map(name => sql.ref(name)))})
    values (${sql.join(Object.values(row))})`.execute(db)
const date = (at: number) => new Date(at).toISOString()

async function putSession(db: Database): Promise<void> {
  const dated = { createdAt: date(T), updatedAt: date(T) }
  const emailVerified = engineOf(db) === 'sqlite' ? 0 : false
  await insert(db, 'staff', {
    id: 's',
    name: 's',
    email: 's',
    role: 'agent',
    emailVerified,
    ...dated,
  })
  await insert(db, 'staff_sessions', {
    ...{ id: newId(), token: newId(), userId: 's', expiresAt: date(T), ...dated },
  })
}

async function putCertificate(db: Database, person: string, number: number): Promise<void> {
  await insert(db, 'certificates', {
    ...{ id: newId(), person, channel: 'desk', list: number, status_index: ++rows },
    ...{ valid_from: 0, valid_until: 0 },
  })
}

const putTicket = (db: Database, person: string, departs: number) =>
  insert(db, 'tickets', {
    ...{ id: newId(), person, train: newId(), from_station: 'a', to_station: 'b', day: newId() },
    ...{ departs_at: departs, arrives_at: departs, state: 'sold', sold_at: 0 },
  })

const putAudit = async (db: Database, at: number, seq: number, audit_id = timeId(at)) => {
  await insert(db, 'audit', {
    ...{ id: audit_id, at, actor: 'a', action: 'a', subject: 's', detail: '{}', sealed: 1 },
  })
  await insert(db, 'audit_chain', { seq, audit_id, body_hash: '', hash: '', sealed_at: at })
}

async function putJournal(
  db: Database,
  gate: string,
  received: readonly number[],
  epoch = 'e',
): Promise<void> {
  await insert(db, 'gate_epochs', { gate, epoch, next: 9, last_hash: '', opened_at: 0 })
  for (const [i, received_at] of received.entries()) {
    const row = { gate, epoch, seq: i + 1, lane: 'A', at: 0 }
    await insert(db, 'gate_events', {
      ...{
        ...row,
        clock: 'TRUSTED',
        kind: 'alarm',
        body_hash: '',
        body: '{}',
        hash: '',
        received_at,
      },
    })
    await insert(db, 'gate_passages', {
      ...row,
      station: 's',
      area: '',
      cti: '',
      direction: 'exit',
    })
  }
}

const CASES: readonly Kept[] = [
  {
    ...{ kind: 'proofs', table: 'proofs', keptMs: 0 },
    put: db => insert(db, 'proofs', { jti: newId(), expires_at: T }),
  },
  {
    ...{ kind: 'rates', table: 'rates', keptMs: DAY_MS },
    put: db => insert(db, 'rates', { key: newId(), window_start: T, n: 1 }),
  },
  {
    ...{ kind: 'challenges', table: 'challenges', keptMs: 0 },
    put: db =>
      insert(db, 'challenges', {
        ...{ id: newId(), subject: 's', device_key: 'k', prompts: '[]', expires_at: T },
      }),
  },
  {
    ...{ kind: 'applications', table: 'applications', keptMs: 0 },
    put: db =>
      insert(db, 'applications', {
        ...{ id: newId(), device_key: 'k', sealed: BYTES, state: 'open', tries: 0 },
        ...{ consent_at: 0, guardian_consent: 0, expires_at: T },
      }),
  },
  {
    ...{ kind: 'approvals', table: 'approvals', keptMs: DAY_MS },
    put: db =>
      insert(db, 'approvals', {
        ...{ id: timeId(T), person: 'p', asked_by: 's', reason: 'x', sealed: BYTES },
        ...{ state: 'waiting', asked_at: T, expires_at: T },
      }),
  },
  {
    ...{ kind: 'servedCodes', table: 'served_codes', keptMs: 0 },
    put: db =>
      insert(db, 'served_codes', { code: newId(), session: 's', purpose: 'sale', expires_at: T }),
  },
  {
    ...{ kind: 'claims', table: 'claims', keptMs: DAY_MS },
    put: db => insert(db, 'claims', { code_hash: newId(), certificate: 'c', expires_at: T }),
  },
  {
    ...{ kind: 'enrolments', table: 'enrolments', keptMs: DAY_MS },
    put: db =>
      insert(db, 'enrolments', { code_hash: newId(), gate: 'g', station: 's', expires_at: T }),
  },
  {
    // Superseded.
    ...{ kind: 'listFiles', table: 'published_lists', keptMs: HOUR_MS },
    async put(db) {
      await insert(db, 'status_lists', list(1, T + 90 * DAY_MS, 3))
      const file = { list: 1, bytes: BYTES, made_at: T }
      await insert(db, 'published_lists', { ...file, version: 3, sha256: newId() })
    },
  },
  {
    // The newest of a list that no gate reads any more.
    ...{ kind: 'listFiles', table: 'published_lists', keptMs: HOUR_MS },
    async put(db) {
      await insert(db, 'status_lists', list(2, T, 3))
      const file = { list: 2, bytes: BYTES, made_at: T - DAY_MS }
      await insert(db, 'published_lists', { ...file, version: 4, sha256: newId() })
    },
  },
  {
    ...{ kind: 'boardingLists', table: 'boarding_lists', keptMs: HOUR_MS },
    put: db =>
      insert(db, 'boarding_lists', {
        ...{ station: 's', sha256: newId(), bytes: BYTES, basis: '', made_at: 0 },
        ...{ looked_at: T, superseded_at: T },
      }),
  },
  {
    ...{ kind: 'boardingLists', table: 'boarding_lists', keptMs: DAY_MS },
    put: db =>
      insert(db, 'boarding_lists', {
        ...{ station: 's', sha256: newId(), bytes: BYTES, basis: '', made_at: 0, looked_at: T },
      }),
  },
  {
    ...{ kind: 'staffCodes', table: 'staff_used_codes', keptMs: 0 },
    put: db => insert(db, 'staff_used_codes', { staff: 's', code_hash: newId(), expires_at: T }),
  },
  { ...{ kind: 'staffSessions', table: 'staff_sessions', keptMs: 0 }, put: putSession },
  {
    ...{ kind: 'staffSignIns', table: 'staff_verifications', keptMs: 0 },
    put: db =>
      insert(db, 'staff_verifications', {
        ...{ id: newId(), identifier: 'i', value: 'v', expiresAt: date(T) },
        ...{ createdAt: date(T), updatedAt: date(T) },
      }),
  },
  {
    ...{ kind: 'staffRates', table: 'staff_rate_limits', keptMs: DAY_MS },
    put: db =>
      insert(db, 'staff_rate_limits', { id: newId(), key: newId(), count: 1, lastRequest: T }),
  },
  {
    ...{ kind: 'statusBits', table: 'status_ended', keptMs: HOUR_MS },
    async put(db) {
      await insert(db, 'status_lists', list(3, T))
      await insert(db, 'status_ended', { list: 3, status_index: 1, ended_at: 0 })
    },
  },
  {
    ...{ kind: 'certificates', table: 'certificates', keptMs: 40 * DAY_MS },
    async put(db) {
      await insert(db, 'status_lists', list(4, T))
      await putCertificate(db, 'nobody', 4)
    },
  },
  {
    ...{ kind: 'tickets', table: 'tickets', keptMs: 41 * DAY_MS },
    put: db => putTicket(db, 'nobody', T),
  },
  {
    // Its own time is when it goes.
    ...{ kind: 'appeals', table: 'appeals', keptMs: -1 },
    put: db =>
      insert(db, 'appeals', {
        ...{ id: newId(), application: newId(), sealed: BYTES, made_at: 0, drop_at: T },
      }),
  },
  {
    ...{ kind: 'seenFrames', table: 'seen_frames', keptMs: -1 },
    put: db => insert(db, 'seen_frames', { mac: newId(), subject: 's', capture: 'c', drop_at: T }),
  },
  {
    ...{ kind: 'journalBodies', table: 'gate_passages', keptMs: 42 * DAY_MS },
    put: db => putJournal(db, newId(), [T]),
  },
  {
    ...{ kind: 'auditBodies', table: 'audit', keptMs: 43 * DAY_MS },
    put: db => putAudit(db, T, 1),
  },
]

const BRIEF = ['proofs', 'rates', 'challenges', 'applications', 'approvals', 'servedCodes']
BRIEF.push(
  'claims',
  'enrolments',
  'listFiles',
  'boardingLists',
  'staffCodes',
  'staffSessions',
  'staffSignIns',
  'staffRates',
)

/** Every table that something is deleted from. */
const TABLES = [...new Set(CASES.map(one => one.table)), 'people', 'quota', 'gate_events']

type RowCounts = ReadonlyMap<string, number>

/** Whether all the tables that have other rows now are those of this kind. */
function areTold(kind: string, before: RowCounts, after: RowCounts): boolean {
  const told = SWEEPS.find(one => one.kind === kind)?.tables ?? []
  return TABLES.every(one => after.get(one) === before.get(one) || told.includes(one))
}

await onEachEngine(async (t, newPlace) => {
  const place = await newPlace()
  const db = await openDatabase(isPostgresUrl(place) ? place : ':memory:')
  t.teardown(() => db.destroy())
  const sweepAt = (kind: string, at: Cutoffs, limit = 100) =>
    transact(db, async tx => SWEEPS.find(one => one.kind === kind)?.remove(tx, at, limit))
  const sweep = (kind: string, now: number, limit?: number) =>
    sweepAt(kind, cutoffsAt(now, KEPT), limit)
  const dueAt = async (now: number) =>
    (await dueSweeps(db, SWEEPS, cutoffsAt(now, KEPT))).map(({ kind }) => kind)
  const countOf = async (table: string) => {
    const text = sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`
    return Number((await text.execute(db)).rows[0]?.n)
  }
  const counts = async () =>
    new Map(await Promise.all(TABLES.map(async name => [name, await countOf(name)] as const)))
  const clear = async () => {
    for (const table of [...TABLES, 'gate_epochs', 'audit_chain', 'status_lists']) {
      await sql`delete from ${sql.table(table)}`.execute(db)
    }
  }
  const only = async <T>(table: string, column: string): Promise<T[]> => {
    const text = sql<{ v: T }>`select ${sql.ref(column)} as v from ${sql.table(table)} order by 1`
    return (await text.execute(db)).rows.map(row => row.v)
  }

  await t.test('each kind goes a millisecond after its time', async t => {
    for (const { kind, table, keptMs, put } of CASES) {
      const name = `${kind} in ${table}`
      await put(db)
      const there = await counts()
      const before = await sweep(kind, T + keptMs)
      t.equal(before?.[kind] ?? 0, 0, `${name} stays`)
      t.notOk((await dueAt(T + keptMs)).includes(kind), `${name} is not due`)
      t.ok((await dueAt(T + keptMs + 1)).includes(kind), `${name} is due`)
      t.same(await counts(), there, `${name} is there`)
      const after = await sweep(kind, T + keptMs + 1)
      t.equal(after?.[kind], 1, `${name} goes`)
      t.equal(await countOf(table), 0, `${name} is gone`)
      t.ok(areTold(kind, there, await counts()), `${name}: its tables are told`)
      await clear()
    }
    const kinds = SWEEPS.map(one => one.kind)
    t.same(new Set(kinds), new Set(CASES.map(one => one.kind)), 'every kind is here')
    t.same(
      SWEEPS.filter(one => one.brief).map(one => one.kind),
      BRIEF,
    )
  })

  await t.test(
    'a list’s newest file stays while gates read it, also beside an old one',
    async t => {
      await insert(db, 'status_lists', list(1, T + 90 * DAY_MS, 3))
      for (const version of [2, 3, 4]) {
        const file = { list: 1, version, bytes: BYTES, made_at: T - 90 * DAY_MS }
        await insert(db, 'published_lists', { ...file, sha256: `${version}` })
      }
      const stray = { list: 9, version: 1, bytes: BYTES, made_at: 0, sha256: 'stray' }
      await insert(db, 'published_lists', stray)
      t.same(await sweep('listFiles', T), { listFiles: 2 })
      t.same(await only('published_lists', 'sha256'), ['4', 'stray'])
      await clear()
    },
  )

  await t.test('only those of a list whose time is over go, and no more than a batch', async t => {
    for (const number of [1, 2]) {
      await insert(db, 'status_lists', list(number, number === 1 ? T : T + 1))
      for (const status_index of [1, 2, 3]) {
        await insert(db, 'status_ended', { list: number, status_index, ended_at: 0 })
        await putCertificate(db, 'nobody', number)
      }
    }
    t.match(await sweep('statusBits', T + HOUR_MS + 1, 2), { statusBits: 2 })
    t.match(await sweep('statusBits', T + HOUR_MS + 1, 2), { statusBits: 1 })
    t.same(await sweep('statusBits', T + HOUR_MS + 1, 2), {})
    t.same(new Set(await only('status_ended', 'list')), new Set([2]))
    t.match(await sweep('certificates', T + 40 * DAY_MS + 1, 2), { certificates: 2 })
    t.match(await sweep('certificates', T + 40 * DAY_MS + 1, 2), { certificates: 1 })
    t.same(await sweep('certificates', T + 40 * DAY_MS + 1, 2), {})
    t.same(new Set(await only('certificates', 'list')), new Set([2]))
    for (let n = 0; n < 3; n++) await putTicket(db, 'nobody', T)
    t.match(await sweep('tickets', T + 41 * DAY_MS + 1, 2), { tickets: 2 })
    await clear()
  })

  const NOW = T + 100 * DAY_MS
  const PAST = NOW - 40 * DAY_MS - 1
  const person = (over: object = {}) => ({
    ...{ id: 'p', document_type: 'passport', document_hash: BYTES, sealed: BYTES },
    ...{ active_until: PAST, created_at: 0, updated_at: PAST, ...over },
  })
  const quota = (month: string, who = 'p') => insert(db, 'quota', { person: who, month, n: 1 })
  /** What else there is of a person: whether they go, and how many months of quota. */
  const PEOPLE: readonly [string, () => Promise<unknown>, number, number][] = [
    ['nothing', () => insert(db, 'people', person()), 1, 0],
    ['changed at the limit', () => insert(db, 'people', person({ updated_at: PAST + 1 })), 0, 0],
    [
      'active until the limit',
      () => insert(db, 'people', person({ active_until: PAST + 1 })),
      0,
      0,
    ],
    [
      'another certificate',
      async () => {
        await insert(db, 'people', person())
        await putCertificate(db, 'p', 2)
      },
      0,
      0,
    ],
    [
      'another ticket',
      async () => {
        await insert(db, 'people', person())
        await putTicket(db, 'p', NOW)
      },
      0,
      0,
    ],
    [
      'a month that counts',
      async () => {
        await insert(db, 'people', person())
        await quota('2026-09')
      },
      0,
      0,
    ],
    [
      'months that count no more, and somebody else’s',
      async () => {
        await insert(db, 'people', person())
        await insert(db, 'people', person({ id: 'q', document_hash: new Uint8Array([2]) }))
        for (const month of ['2026-08', '2025-12']) await quota(month)
        await quota('2026-08', 'q')
      },
      1,
      2,
    ],
  ]

  await t.test('a person goes with the last that is left of them', async t => {
    for (const way of ['certificates', 'tickets'] as const) {
      for (const [name, put, people, months] of PEOPLE) {
        await insert(db, 'status_lists', list(1, PAST))
        await insert(db, 'status_lists', list(2, NOW))
        await put()
        if (way === 'tickets') await putTicket(db, 'p', NOW - 41 * DAY_MS - 1)
        else await putCertificate(db, 'p', 1)
        // Who is not of this batch is not looked at.
        await insert(db, 'people', person({ id: 'r', document_hash: new Uint8Array([3]) }))
        const there = await counts()
        const gone = await sweep(way, NOW)
        t.same(gone, { [way]: 1, people, quota: months }, `${way}: ${name}`)
        const left = await counts()
        t.equal(left.get('people'), (there.get('people') ?? 0) - people)
        t.ok(areTold(way, there, left), `${way}: ${name}, its tables are told`)
        await clear()
      }
    }
  })

  await t.test(
    'a journal’s bodies go in its order, with their passages, and in no other',
    async t => {
      const now = T + 42 * DAY_MS + 1
      for (const gate of ['a', 'b']) await putJournal(db, gate, [T, T, T + 1, T])
      await sql`update gate_events set received_at = ${now} where gate = 'b'`.execute(db)
      const bodies = async () => {
        const text = sql<{ name: string }>`select gate || epoch || seq as name from gate_events
        where body is not null order by 1`
        return (await text.execute(db)).rows.map(row => row.name)
      }
      await putJournal(db, 'a', [now], 'f')
      t.same(await sweep('journalBodies', now, 1), { journalBodies: 1, passages: 1 })
      t.same(await bodies(), ['ae2', 'ae3', 'ae4', 'af1', 'be1', 'be2', 'be3', 'be4'])
      t.same(await sweep('journalBodies', now), { journalBodies: 1, passages: 1 })
      t.same(await sweep('journalBodies', now), {}, 'what came later stands after what is due')
      t.same(await bodies(), ['ae3', 'ae4', 'af1', 'be1', 'be2', 'be3', 'be4'])
      t.same(await only('gate_epochs', 'bodies_from'), [1, 1, 3])
      t.equal(await countOf('gate_passages'), 7)
      t.equal(await countOf('gate_events'), 9, 'rows stay')
      await sql`update gate_events set received_at = ${T} where gate = 'b'`.execute(db)
      const other = await sweep('journalBodies', now)
      t.match(other, { journalBodies: 4 }, 'one at the limit holds up nobody')
      await clear()
      // First bodies by a clock that was ahead: each such journal is looked into.
      await putJournal(db, 'a', [now + 1])
      await putJournal(db, 'b', [now + 1, T])
      t.same(await sweep('journalBodies', now), { journalBodies: 2, passages: 2 })
      t.same(await bodies(), ['ae1'])
      await clear()
    },
  )

  await t.test('the audit’s bodies go in the order of their chain', async t => {
    const now = T + 43 * DAY_MS + 1
    const left = () => only<string>('audit', 'subject')
    const put = async (name: string, at: number, seq: number) => {
      await putAudit(db, at, seq, `${timeId(at)}${seq}`)
      await sql`update audit set subject = ${name} where id = ${`${timeId(at)}${seq}`}`.execute(db)
    }
    await put('ahead', now + 1, 1)
    await put('due', T, 2)
    await put('due too', T - 1, 3)
    await put('in use', T + 1, 4)
    await put('of a clock behind', T - 2, 5)
    await insert(db, 'audit', {
      ...{ id: timeId(0), at: 0, actor: 'a', action: 'a', subject: 'not sealed', detail: '{}' },
    })
    t.same(await sweep('auditBodies', now, 1), { auditBodies: 1 })
    t.same(await sweep('auditBodies', now), { auditBodies: 1 })
    t.same(await sweep('auditBodies', now), {})
    t.same(await left(), ['ahead', 'in use', 'not sealed', 'of a clock behind'])
    await clear()
    await put('now', now, 1)
    await put('after it', T, 2)
    t.same(await sweep('auditBodies', now), {}, 'what was written now is not ahead')
    await clear()
    await put('ahead', now + 1, 1)
    await put('after it', T, 2)
    t.same(await sweep('auditBodies', now), { auditBodies: 1 }, 'what is ahead stops nothing')
    await clear()
  })
})

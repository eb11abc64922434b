/** What the store promises, on each engine alike. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import t, { type Test } from 'tap'
import { lifeFrom } from '../domain/certificate.ts'
import { DAY_MS, dropAt } from '../domain/status-days.ts'
import { LEASE_MS, LIST_ENTRIES, RATES } from '../limits.ts'
import { createSecrets } from '../secrets.ts'
import { takeRate } from '../store/applications/rates.ts'
import {
  endCertificate,
  takeActivePlace,
  takeQuota,
  useClaim,
} from '../store/certificates/certificates.ts'
import { endedIndices, openLists, takePlace } from '../store/certificates/status.ts'
import { openDatabase } from '../store/engine/engines.ts'
import { dropLease, holdLease } from '../store/engine/leases.ts'
import { transact } from '../store/engine/transact.ts'
import { troubleOf } from '../store/engine/trouble.ts'
import { addEnrolment, enrolGate, sawGate } from '../store/gates/gates.ts'
import { ingest, readEvents } from '../store/gates/journals.ts'
import { savePerson } from '../store/people/people.ts'
import { findListEntry, keepListFile, listBytes } from '../store/publish/published.ts'
import { listLife } from '../store/schema/list-life-tables.ts'
import type { Database } from '../store/schema/schema.ts'
import { takeProof } from '../store/staff/proofs.ts'
import { onEachEngine } from '../testing/engines.ts'
import { makeJournal, uploadOf } from '../testing/journal.ts'

const secrets = createSecrets(new Uint8Array(32).fill(1))
const JANUARY = Date.parse('2026-01-31T15:59:59Z')
const FEBRUARY = Date.parse('2026-01-31T16:00:00Z')

const times = <T>(n: number, work: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: n }, (_, i) => work(i)))

await onEachEngine(async (t, newPlace, postgres) => {
  const open = async (t: Test) => {
    const db = await openDatabase(await newPlace())
    t.teardown(() => db.destroy())
    return db
  }
  const savedPerson = (db: Database, documentNumber: string, name = '张三') =>
    transact(db, tx =>
      savePerson(tx, secrets, { name, documentType: 'passport', documentNumber }, 5),
    )

  await t.test('bytes, big numbers, returning and rollback', async t => {
    const db = await open(t)
    const at = Date.now() * 1000
    const row = await db
      .insertInto('trust_documents')
      .values({ version: 1, bytes: new Uint8Array([1, 2, 255]), added_at: at })
      .returningAll()
      .executeTakeFirstOrThrow()
    t.same([...row.bytes], [1, 2, 255])
    t.equal(row.added_at, at, 'a number, not text')
    await t.rejects(
      transact(db, async tx => {
        await tx.deleteFrom('trust_documents').execute()
        throw new Error('no')
      }),
      { message: 'no' },
    )
    t.equal((await db.selectFrom('trust_documents').selectAll().execute()).length, 1)
  })

  await t.test('two starts at once find one schema; a second start finds it in place', async t => {
    const place = await newPlace()
    const first =
      postgres === undefined
        ? [await openDatabase(place)]
        : await times(2, () => openDatabase(place))
    await first[0]?.insertInto('revoked_kids').values({ kid: '01020304', revoked_at: 5 }).execute()
    for (const db of first) await db.destroy()
    const second = await openDatabase(place)
    t.same(await second.selectFrom('revoked_kids').selectAll().execute(), [
      { kid: '01020304', revoked_at: 5 },
    ])
    await second.destroy()
  })

  await t.test('three a month by Shanghai’s calendar, however many ask at once', async t => {
    const db = await open(t)
    const { id } = await savedPerson(db, 'E1')
    const take = (now: number) => transact(db, tx => takeQuota(tx, id, now))
    t.equal((await times(100, () => take(JANUARY))).filter(Boolean).length, 3)
    t.equal(await take(FEBRUARY), true)
    t.equal(await take(JANUARY), false)
  })

  await t.test('one active place a person, free again after its end', async t => {
    const db = await open(t)
    const { id } = await savedPerson(db, 'E2')
    const take = (name: string, now: number) =>
      transact(db, tx => takeActivePlace(tx, id, name, now + 100, now))
    t.equal((await times(100, i => take(`c${i}`, 1000))).filter(Boolean).length, 1)
    t.match(await savedPerson(db, 'E2'), { activeCertificate: /^c\d+$/ })
    t.equal(await take('x', 1099), false)
    t.equal(await take('x', 1100), true)
  })

  await t.test('the same document is the same person, of whatever name', async t => {
    const db = await open(t)
    const all = await times(20, i => savedPerson(db, 'E3', i === 0 ? '张三' : '李四'))
    t.equal(new Set(all.map(one => one.id)).size, 1)
    const first = await savedPerson(db, 'E3', '王五')
    t.not((await savedPerson(db, 'E4')).id, first.id)
    const row = await db
      .selectFrom('people')
      .selectAll()
      .where('id', '=', first.id)
      .executeTakeFirstOrThrow()
    const about = Buffer.from(row.document_hash).toString('hex')
    t.same(JSON.parse(secrets.open(row.sealed, about)), { name: '王五', documentNumber: 'E3' })
    t.throws(() => secrets.open(row.sealed, 'another row'))
    const other = createSecrets(new Uint8Array(32).fill(2))
    t.throws(() => other.open(row.sealed, about))
  })

  await t.test('places in a list: each once; a full list is followed by one more', async t => {
    const db = await open(t)
    const places = await times(60, () => transact(db, tx => takePlace(tx, JANUARY)))
    t.equal(new Set(places.map(({ list, index }) => `${list} ${index}`)).size, 60)
    t.same(new Set(places.map(one => one.list)), new Set([1]), 'opened once, by whoever was first')
    await db
      .updateTable('status_lists')
      .set({ next: LIST_ENTRIES - 5 })
      .execute()
    const late = await times(20, () => transact(db, tx => takePlace(tx, JANUARY)))
    t.equal(late.filter(one => one.list === 1).length, 5)
    t.equal(late.filter(one => one.list === 2).length, 15)
    await times(5, () => transact(db, tx => openLists(tx, FEBRUARY)))
    t.equal((await db.selectFrom('status_lists').selectAll().execute()).length, 2)
  })

  await t.test('ending flips the bit, frees the place and moves the list, once', async t => {
    const db = await open(t)
    const { id } = await savedPerson(db, 'E5')
    const place = await runningCertificate(db, id, 'c', JANUARY)
    const end = () => transact(db, tx => endCertificate(tx, 'c', 'revoked', JANUARY))
    t.same((await times(10, end)).filter(Boolean), [{ list: place.list, revision: 1 }])
    t.same(await db.selectFrom('status_ended').selectAll().execute(), [
      { list: place.list, status_index: place.index, ended_at: JANUARY },
    ])
    t.equal((await savedPerson(db, 'E5')).activeCertificate, undefined)
  })

  await t.test('lists of before live as long as exits take their passes', async t => {
    const db = await open(t)
    const { id } = await savedPerson(db, 'E56')
    const { list, index } = await runningCertificate(db, id, 'c', JANUARY)
    await transact(db, tx => endCertificate(tx, 'c', 'revoked', JANUARY))
    const day = Math.floor(JANUARY / DAY_MS)
    await db.updateTable('status_lists').set({ drop_at: 0 }).execute()
    await db.deleteFrom('status_ended').execute()
    await listLife(db as unknown as Kysely<unknown>)
    const row = await db.selectFrom('status_lists').selectAll().executeTakeFirstOrThrow()
    t.match(row, { drop_at: dropAt(day), revision: 2 }, 'a version that no gate has seen')
    t.same(await endedIndices(db, list), [index], 'what was deleted is back')
  })

  await t.test('a code from the window is used once', async t => {
    const db = await open(t)
    const { id } = await savedPerson(db, 'E6')
    await runningCertificate(db, id, 'c', JANUARY)
    const claim = { code_hash: 'h', certificate: 'c', expires_at: JANUARY + 10, used_at: null }
    await db.insertInto('claims').values(claim).execute()
    const use = (i: number, codeHash = 'h') =>
      transact(db, tx =>
        useClaim(tx, { codeHash, deviceKey: `d${i}`, holderKey: `k${i}`, now: JANUARY }),
      )
    const all = await times(30, i => use(i))
    const won = all.filter(one => typeof one === 'object')
    t.equal(won.length, 1)
    t.equal(all.filter(one => one === 'used').length, 29)
    const stored = await db.selectFrom('certificates').selectAll().executeTakeFirstOrThrow()
    t.same(won[0], stored)
    t.equal(await use(0, 'another'), 'unknown')
  })

  await t.test('a proof counts once a key', async t => {
    const db = await open(t)
    const proof = (thumbprint: string) => ({
      thumbprint,
      jti: 'jti',
      inputHash: 'i',
      requestHash: 'r',
    })
    const all = await times(30, () => takeProof(db, proof('key'), 5))
    t.equal(all.filter(Boolean).length, 1)
    t.equal(await takeProof(db, proof('another key'), 5), true)
  })

  if (postgres !== undefined) {
    await t.test('a proof alone doesn’t wait for PostgreSQL’s disk, all else does', async t => {
      const db = await open(t)
      const isAhead = async () => {
        const { rows } = await sql<{ ahead: boolean }>`
          select pg_current_wal_insert_lsn() > pg_current_wal_flush_lsn() as ahead`.execute(db)
        return rows[0]?.ahead === true
      }
      let wasAhead = false
      // The server writes its log away by itself every now and then.
      for (let i = 0; i < 50 && !wasAhead; i++) {
        const hashes = { inputHash: 'x', requestHash: 'x' }
        await takeProof(db, { thumbprint: 'key', jti: `${i}`, ...hashes }, 5)
        wasAhead = await isAhead()
      }
      t.ok(wasAhead)
      const { rows } = await sql<{ synchronous_commit: string }>`
        show synchronous_commit`.execute(db)
      t.equal(rows[0]?.synchronous_commit, 'on')
      await transact(db, async tx => {
        await takeProof(tx, { thumbprint: 'key', jti: 'x', inputHash: 'x', requestHash: 'x' }, 5)
        const within = await sql<{ synchronous_commit: string }>`
          show synchronous_commit`.execute(tx)
        t.equal(within.rows[0]?.synchronous_commit, 'on', 'what is done beside it must be kept')
      })
    })
  }

  await t.test('a list’s file may stand for two versions, made in the same second', async t => {
    const db = await open(t)
    const bytes = new Uint8Array([1, 2, 3])
    const file = { list: 1, version: 40, bytes, sha256: 'ab'.repeat(32) }
    const first = { list: 1, version: 40, length: 3, sha256: file.sha256 }
    t.same(await keepListFile(db, file, 5), first)
    t.same(await keepListFile(db, { ...file, bytes: new Uint8Array(9) }, 6), first, 'one a version')
    t.same(await keepListFile(db, { ...file, version: 41 }, 7), { ...first, version: 41 })
    t.equal((await listBytes(db, file.sha256))?.length, 3)
    t.equal(await findListEntry(db, 1, 41), undefined, 'made anew with the next manifest')
    const later = { ...file, version: 41, sha256: 'cd'.repeat(32) }
    t.match(await keepListFile(db, later, 8), { version: 41, sha256: later.sha256 })
  })

  await t.test('a rate counts all that ask at once, and starts anew', async t => {
    const db = await open(t)
    const take = (key: string, now: number) => takeRate(db, 'claim', key, now)
    const { max, windowMs } = RATES.claim
    const all = await times(40, () => take('device', windowMs))
    t.equal(all.filter(Boolean).length, max)
    t.equal(await take('another', windowMs), true)
    t.equal(await take('device', 2 * windowMs - 1), false)
    t.equal(await take('device', 2 * windowMs), true)
  })

  await t.test('an enrolment code is used once; rows of a journal are stored once', async t => {
    const db = await open(t)
    await transact(db, tx => addEnrolment(tx, { codeHash: 'h', gate: 'g', station: 's' }, 5))
    const enrol = (i: number) =>
      transact(db, tx =>
        enrolGate(tx, {
          codeHash: 'h',
          name: 'g',
          thumbprint: `t${i}`,
          publicKey: `k${i}`,
          now: 6,
        }),
      )
    const gates = await times(10, enrol)
    t.equal(gates.filter(one => typeof one === 'object').length, 1)
    const rows = makeJournal('e'.repeat(16), 30)
    const send = () =>
      transact(db, async tx => {
        await sawGate(tx, 'g', 7)
        return ingest(tx, 'g', uploadOf(rows, 1, 30), 7)
      })
    const sent = await times(10, send)
    t.equal(
      sent.reduce((sum, one) => sum + (one.ok ? one.stored : 0), 0),
      30,
    )
    t.ok(sent.every(one => one.ok && one.next === 31))
    const page = await readEvents(db, { gate: 'g', epoch: 'e'.repeat(16), after: 28, limit: 5 })
    t.same(
      page.rows.map(row => row.seq),
      [29, 30],
    )
  })

  await t.test('one holds a lease until it is over or given back', async t => {
    const db = await open(t)
    const hold = (owner: string, now: number) => holdLease(db, 'l', owner, now)
    const all = await times(10, i => hold(`o${i}`, 1000))
    t.equal(all.filter(Boolean).length, 1)
    const owner = `o${all.indexOf(true)}`
    t.equal(await hold(owner, 1000 + LEASE_MS - 1), true)
    t.equal(await hold('x', 1000 + LEASE_MS), false, 'it was kept')
    t.equal(await hold('x', 1000 + 2 * LEASE_MS), true)
    await dropLease(db, 'l', 'x')
    t.equal(await hold('y', 1000 + 2 * LEASE_MS), true)
  })

  await t.test('what lost against others is done again, whole', async t => {
    const db = await open(t)
    await db.insertInto('quota').values({ person: 'p', month: 'm', n: 0 }).execute()
    let runs = 0
    await times(12, () =>
      transact(db, async tx => {
        runs += 1
        if (postgres !== undefined) {
          await sql`set transaction isolation level serializable`.execute(tx)
        }
        const { n } = await tx.selectFrom('quota').select('n').executeTakeFirstOrThrow()
        await tx
          .updateTable('quota')
          .set({ n: n + 1 })
          .execute()
      }),
    )
    const { n } = await db.selectFrom('quota').select('n').executeTakeFirstOrThrow()
    t.equal(n, 12)
    if (postgres !== undefined) t.ok(runs > 12, `${runs} runs for 12 transactions`)
  })

  await t.test('a connection that breaks between two statements ends nothing else', async t => {
    if (postgres === undefined) return
    const lost: Error[] = []
    const db = await openDatabase(await newPlace(), { onLost: error => lost.push(error) })
    t.teardown(() => db.destroy())
    const broken = transact(db, async tx => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(db)
      for (let i = 0; i < 200 && lost.length === 0; i++) await sleep(10)
      await tx.deleteFrom('quota').execute()
    })
    const error = await broken.then(
      () => undefined,
      (cause: unknown) => cause,
    )
    t.equal(troubleOf(error), 'UNAVAILABLE')
    t.ok(lost.length > 0, `it was heard, ${lost.length} times`)
    t.same(await db.selectFrom('quota').selectAll().execute(), [])
  })

  await t.test('two that wait for one another both get through', async t => {
    const db = await open(t)
    for (const kid of ['a', 'b']) {
      await db.insertInto('revoked_kids').values({ kid, revoked_at: 0 }).execute()
    }
    const touch = (first: string, second: string) =>
      transact(db, async tx => {
        for (const kid of [first, second]) {
          await tx
            .updateTable('revoked_kids')
            .set(eb => ({ revoked_at: eb('revoked_at', '+', 1) }))
            .where('kid', '=', kid)
            .execute()
        }
      })
    await times(8, i => (i % 2 === 0 ? touch('a', 'b') : touch('b', 'a')))
    const rows = await db.selectFrom('revoked_kids').select('revoked_at').execute()
    t.same(rows, [{ revoked_at: 8 }, { revoked_at: 8 }])
  })
})

/** A certificate that runs, without the way through the window. */
async function runningCertificate(db: Database, person: string, id: string, now: number) {
  const life = lifeFrom(now)
  return transact(db, async tx => {
    await takeActivePlace(tx, person, id, life.validUntil, now)
    const place = await takePlace(tx, now)
    const certificate = { id, person, channel: 'desk' as const, list: place.list }
    const window = { valid_from: life.validFrom, valid_until: life.validUntil }
    const rest = { ended_at: null, end_reason: null, device_key: null, holder_key: null }
    await tx
      .insertInto('certificates')
      .values({ ...certificate, status_index: place.index, ...window, ...rest })
      .execute()
    return place
  })
}

t.test('a database that can not be reached is said plainly, without the password', async t => {
  const url = 'postgres://wicket:hunter2@127.0.0.1:1/none'
  const error = await openDatabase(url).then(
    () => undefined,
    (error: Error) => error,
  )
  t.match(error, { code: 'DATABASE', message: /ECONNREFUSED/ })
  t.notMatch(error?.message ?? '', /hunter2/)
})

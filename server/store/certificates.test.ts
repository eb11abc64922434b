import t from 'tap'
import { lifeFrom } from '../domain/certificate.ts'
import { createSecrets } from '../secrets.ts'
import { endCertificate, takeActivePlace, takeQuota } from './certificates.ts'
import { openDatabase } from './engines.ts'
import { savePerson } from './people.ts'
import { takePlace } from './status.ts'

const secrets = createSecrets(new Uint8Array(32).fill(1))
const JANUARY = Date.parse('2026-01-31T15:59:59Z')
const FEBRUARY = Date.parse('2026-01-31T16:00:00Z')

async function openPeople() {
  const db = await openDatabase(':memory:')
  t.teardown(() => db.destroy())
  const person = (number: string, name = '张三') =>
    db
      .transaction()
      .execute(tx =>
        savePerson(tx, secrets, { name, documentType: 'passport', documentNumber: number }, 5),
      )
  return { db, person }
}

t.test('three a month by Shanghai’s calendar, however many ask at once', async t => {
  const { db, person } = await openPeople()
  const { id } = await person('E1')
  const take = (now: number) => db.transaction().execute(tx => takeQuota(tx, id, now))
  const all = await Promise.all(Array.from({ length: 100 }, () => take(JANUARY)))
  t.equal(all.filter(Boolean).length, 3)
  t.equal(await take(FEBRUARY), true)
  t.equal(await take(JANUARY), false)
})

t.test('one active place a person, free again after its end', async t => {
  const { db, person } = await openPeople()
  const { id } = await person('E2')
  const take = (name: string, now: number) =>
    db.transaction().execute(tx => takeActivePlace(tx, id, name, now + 100, now))
  const all = await Promise.all(Array.from({ length: 100 }, (_, i) => take(`c${i}`, 1000)))
  t.equal(all.filter(Boolean).length, 1)
  t.match(await person('E2'), { activeCertificate: /^c\d+$/ })
  t.equal(await take('x', 1099), false)
  t.equal(await take('x', 1100), true)
})

t.test(
  'the same document is the same person, of whatever name; another type is another',
  async t => {
    const { db, person } = await openPeople()
    const first = await person('E3', '张三')
    t.equal((await person('E3', '李四')).id, first.id)
    t.not((await person('E4')).id, first.id)
    const row = await db
      .selectFrom('people')
      .selectAll()
      .where('id', '=', first.id)
      .executeTakeFirstOrThrow()
    const about = Buffer.from(row.document_hash).toString('hex')
    t.same(JSON.parse(secrets.open(row.sealed, about)), { name: '李四', documentNumber: 'E3' })
    t.throws(() => secrets.open(row.sealed, 'another row'))
    const other = createSecrets(new Uint8Array(32).fill(2))
    t.throws(() => other.open(row.sealed, about))
  },
)

t.test('ending flips the bit, frees the place and moves the list, all or nothing', async t => {
  const { db, person } = await openPeople()
  const { id } = await person('E5')
  const now = JANUARY
  const life = lifeFrom(now)
  const place = await db.transaction().execute(async tx => {
    await takeActivePlace(tx, id, 'c', life.validUntil, now)
    const taken = await takePlace(tx, now)
    const certificate = { id: 'c', person: id, channel: 'desk' as const, list: taken.list }
    const window = { valid_from: life.validFrom, valid_until: life.validUntil }
    const rest = { ended_at: null, end_reason: null, device_key: null, holder_key: null }
    await tx
      .insertInto('certificates')
      .values({ ...certificate, status_index: taken.index, ...window, ...rest })
      .execute()
    return taken
  })
  const end = () => db.transaction().execute(tx => endCertificate(tx, 'c', 'revoked', now))
  const all = await Promise.all(Array.from({ length: 10 }, end))
  t.same(all.filter(Boolean), [{ list: place.list, revision: 1 }])
  t.same(await db.selectFrom('status_ended').selectAll().execute(), [
    { list: place.list, status_index: place.index, ended_at: now },
  ])
  t.equal((await person('E5')).activeCertificate, undefined)
})

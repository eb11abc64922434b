/**
 * Several documents become one person's: one row stands for the person, and what hung on the others
 * moves to it. Each row is locked by the statement that reads it, as issuing locks it, so on whatever
 * replica somebody issues by one of them at this moment, one comes after the other and sees it.
 */

import { sql } from 'kysely'
import type { Secrets } from '../../secrets.ts'
import { rateUsed, takeRate } from '../applications/rates.ts'
import { frameSubject, personSubject } from '../applications/seen-frames.ts'
import { writeAudit } from '../audit/audit.ts'
import { endCertificate } from '../certificates/certificates.ts'
import { handleOf } from '../engine/handle.ts'
import { makeTimeId } from '../engine/time-id.ts'
import type { PeopleTable, Tx } from '../schema/schema.ts'
import { documentHash, type Identity } from './people.ts'

type PersonRow = Pick<
  PeopleTable,
  'id' | 'same_as' | 'document_hash' | 'sealed' | 'active_certificate' | 'active_until'
>
const PERSON = [
  ...(['id', 'same_as', 'document_hash', 'sealed'] as const),
  ...(['active_certificate', 'active_until'] as const),
] as const

/**
 * One of them gets all that is the others': the first that anything was issued to. Of two certificates
 * that run the one with the later end goes on, and the other is replaced; the month's counts are
 * added. What was linked before stays so. Fewer than two documents are nothing to link.
 */
export async function makeOnePerson(
  tx: Tx,
  secrets: Secrets,
  identities: readonly Identity[],
  now: number,
): Promise<void> {
  if (identities.length < 2) return
  const rows: PersonRow[] = []
  for (const identity of identities) rows.push(await heldRow(tx, secrets, identity, now))
  const ids = [...new Set(rows.map(row => row.same_as ?? row.id))].sort()
  const people: PersonRow[] = []
  for (const id of ids) people.push(await held(tx, id))
  const person = people.find(one => one.sealed.length > 0) ?? (people[0] as PersonRow)
  const replaced = await endAllButOne(tx, people, now)
  for (const other of people) {
    if (other === person) continue
    await move(tx, secrets, { from: other, to: person }, now)
    const entry = { actor: 'system', action: 'person.join', subject: person.id } as const
    await writeAudit(tx, { ...entry, detail: { joined: other.id } }, now)
  }
  for (const certificate of replaced) {
    const entry = { actor: 'system', action: 'certificate.replace', subject: certificate } as const
    await writeAudit(tx, { ...entry, detail: { person: person.id } }, now)
  }
  await tx
    .updateTable('people')
    .set({ same_as: person.id })
    .where('id', 'in', [...ids, ...rows.map(row => row.id)])
    .execute()
  await tx
    .updateTable('seen_frames')
    .set({ subject: personSubject(secrets, person.id) })
    .where(
      'subject',
      'in',
      identities.map(identity => frameSubject(secrets, identity)),
    )
    .execute()
}

/** The row of a document, made if there is none. Nothing was issued, so it says nobody's name. */
function heldRow(tx: Tx, secrets: Secrets, identity: Identity, now: number): Promise<PersonRow> {
  const document = {
    id: makeTimeId(handleOf(tx).random, now),
    document_type: identity.documentType,
    document_hash: documentHash(secrets, identity),
    sealed: new Uint8Array(),
  }
  const empty = { active_certificate: null, active_until: 0, same_as: null }
  return tx
    .insertInto('people')
    .values({ ...document, ...empty, created_at: now, updated_at: now })
    .onConflict(c => c.column('document_hash').doUpdateSet({ updated_at: now }))
    .returning(PERSON)
    .executeTakeFirstOrThrow()
}

const held = (tx: Tx, id: string): Promise<PersonRow> =>
  tx
    .updateTable('people')
    .set(eb => ({ updated_at: eb.ref('updated_at') }))
    .where('id', '=', id)
    .returning(PERSON)
    .executeTakeFirstOrThrow()

/** Gives the ids of those that were ended. */
async function endAllButOne(
  tx: Tx,
  people: readonly PersonRow[],
  now: number,
): Promise<readonly string[]> {
  const running = people
    .filter(one => one.active_certificate !== null && one.active_until > now)
    .sort((a, b) => b.active_until - a.active_until)
  const [kept, ...others] = running
  const replaced = others.map(one => one.active_certificate as string)
  for (const id of replaced) await endCertificate(tx, id, 'replaced', now)
  if (kept === undefined) return []
  const { active_certificate, active_until } = kept
  for (const { id } of people) {
    await tx
      .updateTable('people')
      .set({ active_certificate, active_until })
      .where('id', '=', id)
      .execute()
  }
  return replaced
}

/** All that is `from`'s becomes `to`'s, and `from`'s row stands for nobody. */
async function move(
  tx: Tx,
  secrets: Secrets,
  { from, to }: { readonly from: PersonRow; readonly to: PersonRow },
  now: number,
): Promise<void> {
  const persons = { person: to.id }
  await tx.updateTable('certificates').set(persons).where('person', '=', from.id).execute()
  await sql`insert into quota (person, month, n)
    select ${to.id}, month, n from quota where person = ${from.id}
    on conflict (person, month) do update set n = quota.n + excluded.n`.execute(tx)
  await tx.deleteFrom('quota').where('person', '=', from.id).execute()
  // A person holds one ticket a train and day: a second one stays where nobody finds it.
  await sql`update tickets set person = ${to.id} where person = ${from.id}
    and not (state = 'sold' and exists (select 1 from tickets as held where held.person = ${to.id}
      and held.train = tickets.train and held.day = tickets.day and held.state = 'sold'))`.execute(
    tx,
  )
  await sql`update approvals set open_person = case when exists (select 1 from approvals as waiting
      where waiting.open_person = ${to.id}) then null else ${to.id} end
    where open_person = ${from.id}`.execute(tx)
  await tx.updateTable('approvals').set(persons).where('person', '=', from.id).execute()
  const [before, subject] = [from, to].map(({ id }) => personSubject(secrets, id)) as [
    string,
    string,
  ]
  await tx.updateTable('seen_frames').set({ subject }).where('subject', '=', before).execute()
  const keys = [from, to].map(one => Buffer.from(one.document_hash).toString('base64url'))
  const tried = await rateUsed(tx, 'facePerson', keys[0] as string, now)
  for (let i = 0; i < tried; i++) await takeRate(tx, 'facePerson', keys[1] as string, now)
  await tx.updateTable('people').set({ same_as: to.id }).where('same_as', '=', from.id).execute()
  await tx
    .updateTable('people')
    .set({ active_certificate: null, active_until: 0, sealed: new Uint8Array() })
    .where('id', '=', from.id)
    .execute()
}

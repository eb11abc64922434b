import t from 'tap'
import { RATES } from '../../limits.ts'
import { makeApplicant } from '../../testing/applicant.ts'
import { PASSWORD } from '../../testing/world.ts'
import { language } from '../shared/language.ts'
import { endSessions } from '../testing/desk-in-node.ts'
import { codeOf, find, findPerson, openDeskTests } from '../testing/desk-people.ts'
import type { Trouble } from './screens.ts'
import { troubleText } from './texts.ts'

const { nodeWorld, open, as, nextPerson } = await openDeskTests(t)
const { world } = nodeWorld

/** Looks at people, by kind. */
async function looks(): Promise<readonly string[]> {
  const rows = await world.service.db
    .selectFrom('audit')
    .select('action')
    .where('action', 'like', 'person.%')
    .execute()
  return rows.map(({ action }) => action).sort()
}

t.test('nobody is signed in: the password, and the desk', async t => {
  await world.service.staff.add('first@desk.test', PASSWORD, 'agent')
  const one = await open()
  const { desk, settle } = one
  t.match(desk.screen.value, { at: 'sign-in', step: 'password', ways: { oidc: null } })
  void desk.signIn.password('first@desk.test', 'wrong password')
  await settle()
  const { value } = desk.screen
  t.equal(value.at === 'sign-in' && codeOf(value.trouble), 'CREDENTIALS')
  void desk.signIn.password(' first@desk.test ', PASSWORD)
  await settle()
  t.match(desk.screen.value, { at: 'in', me: { role: 'agent', name: 'first' } })
  t.match(desk.queue.approvals.value, { is: 'here', value: [] })
  t.match(desk.queue.appeals.value, { is: 'here', value: [] })
  void desk.signIn.signOut()
  await settle()
  t.match(desk.screen.value, { at: 'sign-in', why: 'signed-out' })
  const again = await open()
  t.equal(again.desk.screen.value.at, 'sign-in', 'another browser was never signed in')
})

t.test('whose role has nothing to do at a window is told so', async t => {
  for (const role of ['technician', 'operator', 'auditor'] as const) {
    const { desk } = await as(role)
    t.match(desk.screen.value, { at: 'no-role', me: { role } })
  }
})

t.test('found by number: identity masked, and each look said and audited', async t => {
  const one = await as('supervisor')
  const number = await nextPerson()
  await world.service.db.deleteFrom('audit').execute()
  const person = await findPerson(one, ` ${number.toLowerCase()} `)
  t.match(person, { name: undefined, number: undefined, looked: { maskedName: 'A* C*' } })
  t.equal(person.photo.is, 'here')
  t.same(person.tickets, { is: 'none' })
  t.same(person.recorded, ['look', 'photo'])
  void one.desk.person.number()
  await one.settle()
  const now = one.desk.found.value
  t.match(now, { person: { number, recorded: ['look', 'photo', 'number'] } })
  t.same(await looks(), ['person.look', 'person.number', 'person.photo'])
  void one.desk.person.number()
  await one.settle()
  t.equal((await looks()).length, 3, 'it is shown already')
})

t.test('an agent sees no photo, and asks for none', async t => {
  const one = await as('agent')
  const person = await findPerson(one, await nextPerson())
  t.same(person.photo, { is: 'forbidden' })
  t.same(person.recorded, ['look'])
})

t.test('nobody known, a wrong number, another type, too many looks', async t => {
  const one = await as('agent')
  const nobody = await findPerson(one, 'E99999')
  t.match(nobody, { looked: { onFile: false, maskedName: null, certificate: null } })
  const wrong = await find(one, '!')
  t.equal(wrong.is === 'trouble' && codeOf(wrong.trouble), 'DOCUMENT_INVALID')
  one.desk.choose({ type: 'resident-id' })
  void one.desk.scan('932682198501010017')
  await one.settle()
  const foreign = one.desk.found.value
  t.equal(foreign.is === 'trouble' && codeOf(foreign.trouble), 'DOCUMENT_TYPE', 'by its own type')
  void one.desk.scan('   ')
  t.equal(one.desk.found.value, foreign, 'nothing was typed')
  for (let i = 0; i < RATES.look.max; i++) await find(one, 'E99998')
  const many = one.desk.found.value
  t.equal(many.is === 'trouble' && codeOf(many.trouble), 'RATE_LIMITED')
})

t.test('found by the code on a phone: with the name, the certificate and the month', async t => {
  const one = await as('agent')
  const number = await nextPerson()
  const applicant = await makeApplicant(world, number)
  const certificate = await applicant.certificate()
  const person = await findPerson(one, await applicant.show(certificate))
  t.match(person, {
    name: 'AB CD',
    document: { documentNumber: number },
    looked: { certificate: { id: certificate.certificate?.id }, quota: { used: 1 } },
    tickets: { is: 'here', value: [] },
    recorded: ['check', 'look'],
  })
  const old = await applicant.show(certificate, nodeWorld.time.clock.nowMs() - 40_000)
  t.match(await find(one, old), { is: 'trouble', trouble: { kind: 'code', reason: 'STALE_CODE' } })
  const cut = (await applicant.show(certificate)).slice(0, 90)
  t.match(await find(one, cut), { trouble: { kind: 'code', reason: 'MALFORMED' } })
  const other = await as('agent')
  await one.advance(1_000)
  const shown = await applicant.show(certificate)
  await findPerson(one, shown)
  t.match(await find(other, shown), { trouble: { kind: 'code', reason: 'OTHER_WINDOW' } })
  other.desk.choose({ purpose: 'refund' })
  one.desk.choose({ purpose: 'refund' })
  t.match(await find(one, shown), { trouble: { kind: 'code', reason: 'OTHER_PURPOSE' } })
})

t.test('the session ends: what was on the screen goes, and the sign-in says why', async t => {
  const one = await as('supervisor')
  await findPerson(one, await nextPerson())
  await endSessions(world)
  await one.advance(3_000)
  t.match(one.desk.screen.value, { at: 'sign-in', why: 'expired' })
  t.same(one.desk.found.value, { is: 'nobody' })
  t.equal(one.desk.queue.approvals.value.is, 'loading')
})

t.test('no network, no answer, a slow one; the service is back', async t => {
  const one = await as('agent')
  const number = await nextPerson()
  one.network = 'none'
  one.desk.offline()
  t.match(await find(one, number), { is: 'trouble', trouble: { kind: 'offline' } })
  t.equal(one.desk.isReachable.value, false)
  one.network = 'silent'
  void one.desk.scan(number)
  await one.advance(3_100)
  t.equal(one.desk.waiting.value, 'slow')
  await one.advance(7_000)
  t.equal(one.desk.waiting.value, 'very-slow')
  await one.advance(40_000)
  const away = one.desk.found.value
  t.match(away, { is: 'trouble', trouble: { kind: 'unreachable' } })
  one.network = 'well'
  if (away.is === 'trouble') away.again?.()
  await one.advance(10_000)
  t.equal(one.desk.found.value.is, 'person')
  t.equal(one.desk.isReachable.value, true)
})

t.test('away at the start, and then here', async t => {
  const one = await open({ network: 'none' })
  t.equal(one.desk.screen.value.at, 'unreachable')
  one.network = 'well'
  void one.desk.signIn.open()
  await one.settle()
  t.equal(one.desk.screen.value.at, 'sign-in')
})

t.test('the language is kept; every trouble has words in both', async t => {
  const one = await as('agent', { wanted: ['en-GB'] })
  t.equal(language.value, 'en')
  one.desk.speak('zh')
  const again = await as('agent', { vault: one.vault, wanted: ['en-GB'] })
  t.equal(language.value, 'zh')
  t.ok(again)
  const troubles: Trouble[] = [
    ...([{ kind: 'offline' }, { kind: 'unreachable' }, { kind: 'unsure' }] as const),
    { kind: 'code', reason: 'A_NEW_ONE' },
    { kind: 'refused', problem: { type: '', title: 'a title', status: 400, code: 'A_NEW_ONE' } },
  ]
  for (const trouble of troubles) t.ok(troubleText(trouble).length > 8, trouble.kind)
  t.match(troubleText(troubles[3] as Trouble), /A_NEW_ONE/)
})

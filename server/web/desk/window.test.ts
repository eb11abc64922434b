import t from 'tap'
import { makeApplicant } from '../../testing/applicant.ts'
import { makeOfflineGate } from '../../testing/offline-gate.ts'
import type { Permission } from '../shared/staff/staff-screen.ts'
import type { NodeDesk } from '../testing/desk-in-node.ts'
import { actOf, codeOf, find, findPerson, openDeskTests, personOf } from '../testing/desk-people.ts'
import { choicesOf } from './choices.ts'
import { pressed } from './pressed.ts'
import type { Act } from './screens.ts'

const { nodeWorld, as, nextPerson } = await openDeskTests(t)
const { world, time } = nodeWorld
const gate = makeOfflineGate(world)

function said(code: string): string {
  const result = gate.verify(code)
  return result.ok ? 'ADMIT' : result.code
}

async function issue(one: NodeDesk, reason = 'card lost', name = 'AB CD'): Promise<Act> {
  const person = personOf(one.desk.found.value)
  void one.desk.window.issue(person, name, reason)
  await one.settle()
  return one.desk.act.value as Act
}

const troubleIn = (act: Act | undefined) => (act && 'trouble' in act ? act.trouble : undefined)

t.test(
  'a certificate from the window: its code for the phone, then paper, then revoked',
  async t => {
    const one = await as('agent')
    const number = await nextPerson()
    await findPerson(one, number)
    t.match(await issue(one), { is: 'issued', code: /^[0-9A-Z]{4}(-[0-9A-Z]{4})+$/ })
    const person = personOf(one.desk.found.value)
    t.match(person.looked.certificate, { channel: 'desk' })

    void one.desk.window.paper(person, 'no phone')
    await one.settle()
    const { paper } = actOf(one, 'printed')
    t.match(paper, { name: 'A* C*', number: `**** ${number.slice(-4)}` })
    await one.advance(0)
    t.equal(one.printed, 1, 'the print dialog, once it is drawn')
    await gate.poll()
    t.equal(said(paper.code), 'ADMIT')

    void one.desk.window.revoke(person, 'found the card')
    await one.settle()
    t.same(one.desk.act.value, { is: 'revoked', areGatesTold: true })
    t.equal(personOf(one.desk.found.value).looked.certificate, null)
    await gate.poll()
    t.equal(said(paper.code), 'REVOKED', 'with the next poll')
    void one.desk.window.revoke(person, 'again')
    await one.settle()
    t.equal(codeOf(troubleIn(one.desk.act.value)), 'CERTIFICATE_ENDED', 'an old view of it')
    void one.desk.window.paper(person, 'again')
    await one.settle()
    t.equal(codeOf(troubleIn(one.desk.act.value)), 'CERTIFICATE_ENDED')
  },
)

t.test('paper is good at a window with its holder’s name alone', async t => {
  const one = await as('agent')
  await findPerson(one, await nextPerson())
  await issue(one)
  void one.desk.window.paper(personOf(one.desk.found.value), 'no phone')
  await one.settle()
  const { code } = actOf(one, 'printed').paper
  t.match(await find(one, code), { is: 'name-wanted', code, isWrong: false })
  void one.desk.person.name(code, 'EF GH', 'sale')
  await one.settle()
  t.match(one.desk.found.value, { is: 'name-wanted', isWrong: true })
  void one.desk.person.name(code, ' ab cd ', 'sale')
  await one.settle()
  t.match(personOf(one.desk.found.value), { name: 'AB CD', recorded: ['check', 'look'] })
})

t.test(
  'the second within a day: another decides, in another session, and the code comes',
  async t => {
    const [agent, supervisor, other] = [
      await as('agent'),
      await as('supervisor'),
      await as('agent'),
    ]
    await findPerson(agent, await nextPerson())
    await issue(agent)
    const asked = await issue(agent, 'phone broke')
    t.match(asked, { is: 'asked', expiresAt: time.clock.nowMs() + 15 * 60_000 })
    t.ok(personOf(agent.desk.found.value).looked.approval)
    t.equal(codeOf(troubleIn(await issue(agent, 'once more'))), 'APPROVAL_WAITING')

    await supervisor.advance(3_000)
    const { value: waiting } = supervisor.desk.queue.approvals
    t.match(waiting, { is: 'here', value: [{ state: 'waiting', reason: 'phone broke' }] })
    t.match(other.desk.queue.approvals.value, { is: 'here', value: [] }, 'others see nothing of it')
    const [approval] = waiting.is === 'here' ? waiting.value : []
    if (approval === undefined) throw new Error('nothing waits')
    void supervisor.desk.second.open(approval)
    await supervisor.settle()
    t.equal(actOf(supervisor, 'decide').approval.id, approval.id)
    void supervisor.desk.second.decide(approval, 'approved', 'seen')
    await supervisor.settle()
    t.match(supervisor.desk.act.value, { is: 'decided', outcome: 'approved' })
    void supervisor.desk.second.decide(approval, 'approved', 'seen')
    await supervisor.settle()
    t.equal(codeOf(troubleIn(supervisor.desk.act.value)), 'APPROVAL_DECIDED')

    await agent.advance(3_000)
    const own = agent.desk.queue.approvals.value
    t.match(own, { value: [{ id: approval.id, state: 'approved' }] })
    void agent.desk.second.open(own.is === 'here' ? (own.value[0] ?? approval) : approval)
    await agent.settle()
    t.match(actOf(agent, 'approval'), { approval: { state: 'approved' }, code: /^[0-9A-Z]{4}-/ })
  },
)

t.test('declined, in time or too late; never by who asked', async t => {
  const one = await as('supervisor')
  const second = await as('supervisor')
  await findPerson(one, await nextPerson())
  await issue(one)
  await issue(one, 'again')
  await one.advance(3_000)
  const { value } = one.desk.queue.approvals
  const own = value.is === 'here' ? value.value.find(({ reason }) => reason === 'again') : undefined
  if (own === undefined) throw new Error('nothing waits')
  void one.desk.second.open(own)
  await one.settle()
  t.match(actOf(one, 'approval'), { approval: { state: 'waiting' }, code: undefined })
  void one.desk.second.decide(own, 'approved', 'me')
  await one.settle()
  t.equal(codeOf(troubleIn(one.desk.act.value)), 'APPROVAL_OWN')
  void second.desk.second.decide(own, 'declined', 'not this time')
  await second.settle()
  t.match(second.desk.act.value, { is: 'decided', outcome: 'declined' })
  await one.advance(3_000)
  const left = one.desk.queue.approvals.value
  t.ok(left.is === 'here' && left.value.every(({ id }) => id !== own.id), 'it waits no more')
})

t.test('an answer that got lost may have been done: said so, and never done twice', async t => {
  const one = await as('agent')
  await findPerson(one, await nextPerson())
  one.network = 'answers are lost'
  t.equal(codeOf(troubleIn(await issue(one))), 'unsure')
  one.network = 'well'
  void one.desk.person.again()
  await one.settle()
  t.match(personOf(one.desk.found.value).looked.certificate, { channel: 'desk' })
  t.same(one.desk.act.value, undefined)
  one.network = 'none'
  t.equal(codeOf(troubleIn(await issue(one))), 'offline', 'nothing was sent')
})

t.test('a lock is lifted', async t => {
  const one = await as('agent')
  const number = await nextPerson()
  const applicant = await makeApplicant(world, number)
  const { application } = await applicant.apply()
  await applicant.face(application?.id ?? '', 'somebody else')
  const person = await findPerson(one, number)
  t.equal(person.looked.faceChecks.used, 1)
  t.ok(choicesOf(one.desk, person).some(({ name }) => name === 'unlock'))
  void one.desk.window.unlock(person, 'seen at the window')
  await one.settle()
  t.same(one.desk.act.value, { is: 'unlocked' })
  t.equal(personOf(one.desk.found.value).looked.faceChecks.used, 0)
})

t.test(
  'a role that was changed meanwhile: each act is refused in words, and nothing is done',
  async t => {
    const one = await as('supervisor')
    await findPerson(one, await nextPerson())
    await issue(one)
    const person = personOf(one.desk.found.value)
    await world.service.db
      .updateTable('staff')
      .set({ role: 'technician' })
      .where('role', '=', 'supervisor')
      .execute()
    const { window, tickets, person: found } = one.desk
    const acts: readonly [Permission, () => unknown][] = [
      ['certificate.issue', () => window.issue(person, 'AB CD', 'x')],
      ['certificate.paper', () => window.paper(person, 'x')],
      ['certificate.revoke', () => window.revoke(person, 'x')],
      ['person.unlock', () => window.unlock(person, 'x')],
      ['person.look', () => found.number()],
    ]
    for (const [permission, run] of acts) {
      void run()
      await one.settle()
      t.equal(codeOf(troubleIn(one.desk.act.value)), 'FORBIDDEN', permission)
    }
    void tickets.trip('sale')
    await one.settle()
    t.match(actOf(one, 'trip').stations, { trouble: { problem: { code: 'FORBIDDEN' } } })
    await one.advance(3_000)
    t.match(one.desk.queue.approvals.value, { trouble: { problem: { code: 'FORBIDDEN' } } })
    t.match(one.desk.queue.appeals.value, { trouble: { problem: { code: 'FORBIDDEN' } } })
    void one.desk.person.photoAgain()
    await one.settle()
    t.equal(personOf(one.desk.found.value).photo.is, 'forbidden')
  },
)

t.test('keys: what can be done is begun, what can not is left alone', async t => {
  const one = await as('agent')
  await findPerson(one, await nextPerson())
  t.notOk(pressed(one.desk, 'revoke'), 'there is no certificate')
  t.ok(pressed(one.desk, 'issue'))
  t.same(one.desk.act.value, { is: 'issue' })
  t.ok(pressed(one.desk, 'number'))
  await one.settle()
  t.ok(personOf(one.desk.found.value).number)
  one.desk.callOff()
  t.equal(one.desk.act.value, undefined)
  one.desk.person.leave()
  t.notOk(pressed(one.desk, 'issue'), 'nobody is here')
})

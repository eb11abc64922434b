import t from 'tap'
import { makeApplicant } from '../../testing/applicant.ts'
import type { NodeDesk } from '../testing/desk-in-node.ts'
import { actOf, codeOf, openDeskTests, personOf } from '../testing/desk-people.ts'

const { nodeWorld, as, nextPerson } = await openDeskTests(t)
const { world } = nodeWorld

/** An appeal of somebody whose face check was refused. */
async function appealed(text = '照片是十年前的'): Promise<string> {
  const number = await nextPerson()
  const applicant = await makeApplicant(world, number)
  const { application } = await applicant.apply()
  await applicant.face(application?.id ?? '', 'somebody else')
  const body = { application: application?.id, text, contact: '13800000000' }
  const said = await applicant.post('/v1/appeals', body)
  if (said.status !== 201) throw new Error(`${said.code}`)
  return number
}

async function newest(one: NodeDesk) {
  await one.advance(3_000)
  const { value } = one.desk.queue.appeals
  const [appeal] = value.is === 'here' ? value.value : []
  if (appeal === undefined) throw new Error(JSON.stringify(value))
  return appeal
}

t.test('it appears by itself, is taken with who made it, and resolved', async t => {
  const one = await as('supervisor')
  const other = await as('agent')
  t.match(one.desk.queue.appeals.value, { is: 'here', value: [] })
  const number = await appealed()
  const appeal = await newest(one)
  t.match(appeal, { state: 'open', person: { maskedName: 'A* C*' } })
  void one.desk.second.take(appeal)
  await one.settle()
  t.match(actOf(one, 'appeal').appeal, { text: '照片是十年前的', contact: '13800000000' })
  const person = personOf(one.desk.found.value)
  t.match(person, { document: { documentNumber: number }, name: 'AB CD', photo: { is: 'here' } })
  t.same(person.recorded, ['appeal', 'look', 'photo'])

  void other.desk.second.take(appeal)
  await other.settle()
  t.equal(codeOf(actOf(other, 'trouble').trouble), 'APPEAL_TAKEN')
  t.equal(other.desk.found.value.is, 'nobody', 'nothing of it is shown')

  const { appeal: taken } = actOf(one, 'appeal')
  void one.desk.second.resolve(taken, 'upheld', '照片已更新')
  await one.settle()
  t.same(one.desk.act.value, { is: 'resolved', outcome: 'upheld' })
  await one.advance(3_000)
  t.match(one.desk.queue.appeals.value, { value: [] })
  void one.desk.second.resolve(taken, 'rejected', 'again')
  await one.settle()
  t.equal(codeOf(actOf(one, 'appeal').trouble), 'APPEAL_RESOLVED')
})

t.test('what was begun for the person goes on beside the appeal', async t => {
  const one = await as('agent')
  await appealed()
  void one.desk.second.take(await newest(one))
  await one.settle()
  const person = personOf(one.desk.found.value)
  void one.desk.window.unlock(person, 'seen at the window')
  await one.settle()
  t.same(one.desk.act.value, { is: 'unlocked' })
})

t.test('longer than an hour in hand: another may take it, and one is told', async t => {
  const [one, other] = [await as('agent'), await as('agent')]
  await appealed()
  const appeal = await newest(one)
  void one.desk.second.take(appeal)
  await one.settle()
  const { appeal: taken } = actOf(one, 'appeal')
  one.desk.hide()
  other.desk.hide()
  await one.advance(3600_001)
  void other.desk.second.take(appeal)
  await other.settle()
  t.equal(actOf(other, 'appeal').appeal.id, taken.id)
  void one.desk.second.resolve(taken, 'upheld', 'too late')
  await one.settle()
  t.equal(codeOf(actOf(one, 'appeal').trouble), 'APPEAL_TAKEN')
})

t.test('in the background nothing is asked for; coming back, at once', async t => {
  const one = await as('agent')
  one.desk.hide()
  const before = one.desk.queue.appeals.value
  await appealed()
  await one.advance(60_000)
  t.equal(one.desk.queue.appeals.value, before)
  one.desk.unhide()
  await one.settle()
  t.not(one.desk.queue.appeals.value, before)
})

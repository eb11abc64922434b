import t from 'tap'
import { makeApplicant } from '../../testing/applicant.ts'
import { importTimetable } from '../../testing/timetable.ts'
import type { NodeDesk } from '../testing/desk-in-node.ts'
import { actOf, codeOf, findPerson, openDeskTests, personOf } from '../testing/desk-people.ts'
import { choicesOf, openTickets } from './choices.ts'

const { nodeWorld, as, nextPerson } = await openDeskTests(t)
const { world, time } = nodeWorld
const TODAY = { from: 'north', to: 'south', day: '2026-05-20' }

/** Somebody with a certificate on a phone, at a window. */
async function atWindow() {
  const one = await as('agent')
  const applicant = await makeApplicant(world, await nextPerson())
  const certificate = await applicant.certificate()
  const show = () => applicant.show(certificate, time.clock.nowMs())
  await findPerson(one, await show())
  /** The phone's next code, scanned. */
  async function present() {
    await one.advance(16_000)
    void one.desk.scan(await show())
    await one.settle()
  }
  return { one, present, show }
}

async function choose(one: NodeDesk, train: string): Promise<void> {
  void one.desk.tickets.trains(TODAY)
  await one.settle()
  const { trains } = actOf(one, 'trip')
  const trip = trains?.is === 'here' ? trains.value.find(it => it.train === train) : undefined
  if (trip === undefined) throw new Error(`no ${train} in ${JSON.stringify(trains)}`)
  one.desk.tickets.choose(trip)
}

async function begin(one: NodeDesk, act: 'sale' | 'refund' | 'change'): Promise<void> {
  one.desk.begin(act)
  await one.settle()
}

t.test('an empty timetable says what to do', async t => {
  const { one } = await atWindow()
  await begin(one, 'sale')
  t.same(actOf(one, 'trip').stations, { is: 'none' })
  await importTimetable(world.service.db)
})

t.test('sold, changed, refunded: each by one scan', async t => {
  const { one, present } = await atWindow()
  await begin(one, 'sale')
  t.match(actOf(one, 'trip').stations, { is: 'here' })
  await choose(one, 'G4')
  await present()
  t.match(actOf(one, 'ticketed'), { purpose: 'sale', ticket: { train: 'G4', state: 'sold' } })
  const sold = personOf(one.desk.found.value)
  t.match(sold.tickets, { is: 'here', value: [{ train: 'G4', state: 'sold' }] })

  await begin(one, 'change')
  t.equal(actOf(one, 'pick').purpose, 'change')
  const [ticket] = openTickets(sold, one.desk.now())
  void one.desk.tickets.trip('change', ticket)
  await one.settle()
  await choose(one, 'G5')
  await present()
  t.match(actOf(one, 'ticketed'), { purpose: 'change', ticket: { train: 'G5' } })
  const [changed] = openTickets(personOf(one.desk.found.value), one.desk.now())
  t.equal(changed?.train, 'G5')

  void one.desk.tickets.trip('change', changed)
  await one.settle()
  await choose(one, 'G6')
  await present()
  t.equal(codeOf(actOf(one, 'present').trouble), 'CHANGED_BEFORE')

  if (changed !== undefined) one.desk.tickets.refund(changed)
  await present()
  t.match(actOf(one, 'ticketed'), { purpose: 'refund', ticket: { state: 'refunded' } })
  const { why } = choicesOf(one.desk, personOf(one.desk.found.value)).find(
    ({ name }) => name === 'refund',
  ) ?? { why: '' }
  t.equal(why, 'act.needs-ticket')
})

t.test('the code of the look-up is for a sale: a refund wants the next one', async t => {
  const { one, show, present } = await atWindow()
  await begin(one, 'sale')
  await choose(one, 'G4')
  void one.desk.scan(await show())
  await one.settle()
  const { ticket } = actOf(one, 'ticketed')
  one.desk.tickets.refund(ticket)
  void one.desk.scan(await show())
  await one.settle()
  t.equal(codeOf(actOf(one, 'present').trouble), 'OTHER_PURPOSE')
  await present()
  t.match(actOf(one, 'ticketed'), { purpose: 'refund' })
})

t.test('another person’s code buys for them, and refunds nothing of this one', async t => {
  const { one, present } = await atWindow()
  const other = await atWindow()
  await begin(one, 'sale')
  await choose(one, 'G4')
  await present()
  const { ticket } = actOf(one, 'ticketed')
  one.desk.tickets.refund(ticket)
  await one.advance(16_000)
  void one.desk.scan(await other.show())
  await one.settle()
  t.equal(codeOf(actOf(one, 'present').trouble), 'TICKET_UNKNOWN')
  await present()
  t.equal(actOf(one, 'ticketed').ticket.state, 'refunded')
  await begin(one, 'sale')
  await choose(one, 'G4')
  await present()
  await begin(one, 'sale')
  await choose(one, 'G4')
  await present()
  t.equal(codeOf(actOf(one, 'present').trouble), 'TICKET_HELD')
})

t.test('paper: its holder’s name is asked for, and the same scan goes on', async t => {
  const one = await as('agent')
  await findPerson(one, await nextPerson())
  const known = personOf(one.desk.found.value)
  void one.desk.window.issue(known, 'AB CD', 'no phone')
  await one.settle()
  void one.desk.window.paper(personOf(one.desk.found.value), 'no phone')
  await one.settle()
  const { code } = actOf(one, 'printed').paper
  await begin(one, 'sale')
  await choose(one, 'G4')
  void one.desk.scan(code)
  await one.settle()
  const { paper, trouble } = actOf(one, 'present')
  t.equal(paper, code)
  t.equal(trouble, undefined)
  void one.desk.tickets.present(code, 'EF GH')
  await one.settle()
  t.equal(codeOf(actOf(one, 'present').trouble), 'NAME_MISMATCH')
  void one.desk.tickets.present(code, 'ab cd')
  await one.settle()
  t.match(actOf(one, 'ticketed'), { purpose: 'sale', ticket: { train: 'G4' } })
})

t.test('an answer that got lost: it may be sold, and the next try says so', async t => {
  const { one, show } = await atWindow()
  await begin(one, 'sale')
  await choose(one, 'G4')
  one.network = 'answers are lost'
  void one.desk.scan(await show())
  await one.settle()
  t.equal(codeOf(actOf(one, 'present').trouble), 'unsure')
  one.network = 'well'
  void one.desk.person.again()
  await one.settle()
  t.match(personOf(one.desk.found.value).tickets, { value: [{ train: 'G4', state: 'sold' }] })
})

t.test('no train left, no network', async t => {
  const { one } = await atWindow()
  await begin(one, 'sale')
  void one.desk.tickets.trains({ ...TODAY, from: 'south', to: 'north' })
  await one.settle()
  t.same(actOf(one, 'trip').trains, { is: 'none' })
  one.network = 'none'
  void one.desk.tickets.trains(TODAY)
  await one.settle()
  t.match(actOf(one, 'trip').trains, { is: 'away', trouble: { kind: 'offline' } })
})

/** States of the desk's page around what is done: issue, paper, revoke, approvals, appeals, tickets. */
import { makeApplicant } from '../../testing/applicant.ts'
import { importTimetable } from '../../testing/timetable.ts'
import type { TextKey } from '../desk/texts.ts'
import type { DeskDriver, DeskPerson } from './desk-driver.ts'
import type { DeskState } from './desk-state.ts'
import { toHolder, toPerson } from './desk-states-person.ts'
import { API } from './page-state.ts'
import { signInAs } from './staff-driver.ts'

/** Types a reason and sends the form. */
async function give(driver: DeskDriver, reason: string): Promise<void> {
  await driver.type('act.reason', reason)
  await driver.page.keyboard.press('Enter')
}

const press = ({ page }: DeskDriver, key: string) => page.keyboard.press(key)

export async function toIssued(driver: DeskDriver): Promise<DeskPerson> {
  const person = await toPerson(driver)
  await press(driver, 'Alt+5')
  await driver.type('issue.name', person.name)
  await give(driver, '身份证遗失，已核对户口本')
  await driver.shows('issued.title')
  await press(driver, 'Escape')
  return person
}

async function toPaper(driver: DeskDriver): Promise<void> {
  await toIssued(driver)
  await press(driver, 'Alt+1')
  await give(driver, '手机没电')
}

/** A second certificate within a day was asked for, at this window. */
async function toAsked(driver: DeskDriver): Promise<void> {
  const { name } = await toIssued(driver)
  await press(driver, 'Alt+5')
  await driver.type('issue.name', name)
  await give(driver, '手机摔坏，再办一张')
  await driver.shows('asked.title')
}

/** Others have asked for one, and somebody appeals. */
async function othersAsk(driver: DeskDriver): Promise<void> {
  const { world } = driver.pageWorld
  const agent = await signInAs(driver.pageWorld, 'agent')
  const person = await driver.newPerson()
  const ask = (reason: string, more = {}) =>
    world.post('/v1/desk/certificates', { person, reason, ...more }, agent)
  await ask('身份证遗失')
  await ask('手机没电，再办一张', { replaceActive: true })
}

async function toQueue(driver: DeskDriver): Promise<void> {
  await othersAsk(driver)
  await driver.shows('find.empty')
  await driver.advance(3_100)
  await driver.page.locator('#queue li button').first().waitFor()
}

async function toDecision(driver: DeskDriver): Promise<void> {
  await toQueue(driver)
  await driver.page.locator('#queue li button').first().focus()
  await press(driver, 'Enter')
  await driver.shows('decide.title')
}

export async function toTrains(driver: DeskDriver) {
  await importTimetable(driver.pageWorld.world.service.db)
  const held = await toHolder(driver)
  await press(driver, 'Alt+2')
  await driver.page.locator('#from').selectOption('north')
  await driver.page.locator('#to').selectOption('south')
  await driver.page.locator('#day').fill('2026-05-21')
  await press(driver, 'Enter')
  await driver.shows('trip.choose')
  return held
}

async function toPresent(driver: DeskDriver) {
  const held = await toTrains(driver)
  await driver.page.locator('.trains button').nth(2).focus()
  await press(driver, 'Enter')
  await driver.shows('present.title')
  return held
}

/** The ticket is sold, and what came of it closed. */
async function toTicket(driver: DeskDriver): Promise<void> {
  const { holder } = await toPresent(driver)
  await driver.scan(await holder.present())
  await driver.shows('ticketed.sale')
  // What can be done with it is known once the tickets have come.
  await driver.rest()
  await press(driver, 'Escape')
}

/** Somebody whose face check was refused. */
async function refused({ pageWorld, newPerson }: DeskDriver) {
  const person = await newPerson()
  const applicant = await makeApplicant(pageWorld.world, person.documentNumber)
  const { application } = await applicant.apply({ name: person.name })
  pageWorld.faceReason = 'NO_MATCH'
  await applicant.face(application?.id ?? '')
  pageWorld.faceReason = undefined
  return { person, applicant, application }
}

async function toLock(driver: DeskDriver): Promise<void> {
  const { person } = await refused(driver)
  await driver.find(person.documentNumber)
  await driver.shows('act.title')
  await press(driver, 'Alt+6')
}

/** A pass on paper is scanned: it says whose certificate it is, and not the number. */
async function toPaperScanned(driver: DeskDriver): Promise<void> {
  const { world } = driver.pageWorld
  const person = await driver.newPerson()
  const said = async (path: string, body: object) => {
    const answer = await world.post(path, body, driver.session)
    return (await answer.json()) as { certificate?: { id: string }; code?: string }
  }
  const issued = await said('/v1/desk/certificates', { person, reason: '没有手机' })
  const at = `/v1/desk/certificates/${issued.certificate?.id}/paper`
  const { code = '' } = await said(at, { reason: '没有手机' })
  await driver.shows('find.empty')
  await driver.scan(code)
}

/** They appeal; it is taken here. */
async function toAppeal(driver: DeskDriver): Promise<void> {
  const { applicant, application } = await refused(driver)
  const text = '证件照是三年前的，现在戴眼镜。\n请帮忙核对。'
  await applicant.post('/v1/appeals', {
    application: application?.id,
    text,
    contact: '13800000000',
  })
  await driver.shows('find.empty')
  await driver.advance(3_100)
  await driver.page.locator('#queue ul').last().locator('button').first().focus()
  await press(driver, 'Enter')
  await driver.shows('take.note')
}

/** A form that a key opens for somebody found by number or code. */
const opened = (name: string, key: string, shows: TextKey, to = toHolder): DeskState => ({
  ...{ name, shows, role: 'supervisor' },
  async reach(driver) {
    await to(driver)
    await press(driver, key)
  },
})

export const DESK_WORK: readonly DeskState[] = [
  {
    name: 'issue',
    role: 'agent',
    shows: 'issue.text',
    async reach(driver) {
      await toPerson(driver)
      await press(driver, 'Alt+5')
    },
  },
  {
    name: 'issue, empty and sent',
    role: 'agent',
    shows: 'field.reason',
    async reach(driver) {
      await toPerson(driver)
      await press(driver, 'Alt+5')
      await driver.page.locator('#holder').focus()
      await press(driver, 'Enter')
    },
  },
  {
    name: 'issued',
    role: 'agent',
    shows: 'issued.code',
    async reach(driver) {
      const person = await toPerson(driver)
      await press(driver, 'Alt+5')
      await driver.type('issue.name', person.name)
      await give(driver, '身份证遗失')
    },
  },
  {
    name: 'issued? the answer got lost',
    role: 'agent',
    shows: 'trouble.unsure',
    async reach(driver) {
      const person = await toPerson(driver)
      await press(driver, 'Alt+5')
      await driver.type('issue.name', person.name)
      await driver.page.route(`${API}desk/certificates`, async route => {
        await route.fetch()
        await route.abort('connectionreset')
      })
      await give(driver, '身份证遗失')
      await driver.shows('trouble.unsure')
      // Until the service is seen again.
      await driver.advance(3_100)
    },
  },
  { name: 'a second approver is asked', role: 'agent', shows: 'asked.title', reach: toAsked },
  {
    name: 'one’s own requests',
    role: 'agent',
    shows: 'approval.own',
    async reach(driver) {
      await toAsked(driver)
      await driver.page.locator('#queue li button').first().focus()
      await press(driver, 'Enter')
    },
  },
  { name: 'the queue', role: 'supervisor', shows: 'queue.approvals', reach: toQueue },
  { name: 'to decide', role: 'supervisor', shows: 'decide.title', reach: toDecision },
  {
    name: 'approved',
    role: 'supervisor',
    shows: 'decided.text',
    async reach(driver) {
      await toDecision(driver)
      await give(driver, '本人到场，证件已核对')
    },
  },
  { name: 'lift the lock', role: 'agent', shows: 'unlock.text', reach: toLock },
  {
    name: 'the lock is lifted',
    role: 'agent',
    shows: 'unlocked.text',
    async reach(driver) {
      await toLock(driver)
      await give(driver, '本人到场，证件已核对')
    },
  },
  { name: 'paper scanned', role: 'agent', shows: 'name.title', reach: toPaperScanned },
  {
    name: 'declined',
    role: 'supervisor',
    shows: 'decided.declined',
    async reach(driver) {
      await toDecision(driver)
      await driver.type('act.reason', '照片与本人不符')
      await driver.page.getByRole('button', { name: driver.say('decide.decline') }).press('Enter')
    },
  },
  { name: 'an appeal', role: 'supervisor', shows: 'take.how', reach: toAppeal },
  {
    name: 'an appeal, resolved',
    role: 'agent',
    shows: 'resolved.text',
    async reach(driver) {
      await toAppeal(driver)
      await driver.type('take.note', '照片已重新登记')
      await driver.page.getByRole('button', { name: driver.say('take.upheld') }).press('Enter')
    },
  },
  {
    ...{ name: 'paper', role: 'agent', shows: 'paper.size' },
    async reach(driver) {
      await toIssued(driver)
      await press(driver, 'Alt+1')
    },
  },
  { name: 'printed', role: 'agent', shows: 'printed.title', reach: toPaper },
  opened('revoke?', 'Alt+9', 'revoke.do'),
  {
    name: 'revoked',
    role: 'agent',
    shows: 'revoked.title',
    async reach(driver) {
      await toHolder(driver)
      await press(driver, 'Alt+9')
      await give(driver, '手机遗失')
    },
  },
  // Before the first that imports one.
  opened('sell, no timetable', 'Alt+2', 'trip.no-stations'),
  { name: 'sell, trains found', role: 'agent', shows: 'trip.choose', reach: toTrains },
  { name: 'sell, the code', role: 'agent', shows: 'present.title', reach: toPresent },
  {
    name: 'sold',
    role: 'agent',
    shows: 'ticketed.sale',
    async reach(driver) {
      const { holder } = await toPresent(driver)
      await driver.scan(await holder.present())
    },
  },
  ...(['change', 'refund'] as const).map(what => ({
    ...{ name: `${what}, which ticket`, role: 'agent' as const, shows: `pick.${what}` as const },
    async reach(driver: DeskDriver) {
      await toTicket(driver)
      await press(driver, what === 'change' ? 'Alt+3' : 'Alt+4')
    },
  })),
]

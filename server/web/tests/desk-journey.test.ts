/**
 * A day at two windows in Chromium, by keys and scanner alone: an agent signs in, issues, prints, revokes,
 * sells, changes and refunds; a supervisor at another window approves. What is printed is read as a gate's
 * camera reads it, and a running gate admits or refuses.
 */
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { claimByPhone } from '../../testing/holder.ts'
import { importTimetable } from '../../testing/timetable.ts'
import { PASSWORD } from '../../testing/world.ts'
import { noBrowser, startBrowser } from '../testing/browser.ts'
import { DESK, type DeskDriver, openDeskDriver } from '../testing/desk-driver.ts'
import { keyboardOf } from '../testing/keyboard.ts'
import { openPageGate, POLL_MS } from '../testing/page-gate.ts'
import { openPageWorld, type PageWorld } from '../testing/page-world.ts'
import { printedPage } from '../testing/printed-page.ts'
import { readCode } from '../testing/read-code.ts'
import { signInAs } from '../testing/staff-driver.ts'

const SIZES = [
  { size: 'a5', width: 148, height: 210 },
  { size: 'receipt', width: 80, height: 170 },
] as const

/** A phone shows each code so long; one code is for one purpose. */
const NEXT_CODE_MS = 16_000

async function signIn(driver: DeskDriver, email: string): Promise<void> {
  await driver.shows('in.title')
  await typeOn(driver, 'email', email, 'Tab')
  await typeOn(driver, 'password', PASSWORD, 'Enter')
  await driver.shows('find.empty')
}

/** Into the field that has the focus by itself, as an input method does it, and on to the next. */
async function typeOn(
  { page }: DeskDriver,
  field: string,
  text: string,
  key: 'Tab' | 'Enter',
): Promise<void> {
  await page.locator(`#${field}:focus`).waitFor()
  await page.keyboard.insertText(text)
  await page.keyboard.press(key)
}

/** Declines what waits, at a third window. */
async function declineElsewhere(pageWorld: PageWorld): Promise<void> {
  const { world } = pageWorld
  const session = await signInAs(pageWorld, 'supervisor')
  const asked = await world.call('/v1/desk/approvals?state=waiting', { headers: session })
  const { rows } = (await asked.json()) as { readonly rows: readonly { readonly id: string }[] }
  for (const { id } of rows) {
    await world.post(`/v1/desk/approvals/${id}/decline`, { reason: '人已离开' }, session)
  }
}

const printed = async ({ page }: DeskDriver) =>
  printedPage(await page.pdf({ preferCSSPageSize: true, printBackground: true }))

t.test('two windows', { skip: noBrowser, timeout: 240_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir(), { isStill: true })
  t.teardown(() => pageWorld.close())
  const gate = await openPageGate(pageWorld)
  t.teardown(() => gate.stop())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  await importTimetable(pageWorld.world.service.db)
  await pageWorld.world.service.staff.add('agent@desk.test', PASSWORD, 'agent')
  const agent = await openDeskDriver(browser, pageWorld, DESK)
  const supervisor = await openDeskDriver(browser, pageWorld, DESK, { role: 'supervisor' })
  await signIn(agent, 'agent@desk.test')
  const { page, say } = agent
  const press = (key: string) => page.keyboard.press(key)
  const keys = keyboardOf(page)
  const tabTo = (place: string) => keys.tabTo(page.locator(place))

  const person = await agent.newPerson()
  await tabTo('#find-type')
  await press('End')
  await press('Alt+8')
  await page.keyboard.insertText(person.documentNumber)
  await keys.enterAgain('the look-up', () => agent.shows('act.title'))
  await tabTo('.person .show')
  await keys.enterAgain('the whole number', () => agent.shows('recorded.number'))
  await press('Alt+5')
  await typeOn(agent, 'holder', person.name, 'Tab')
  await typeOn(agent, 'reason', '身份证遗失', 'Tab')
  await keys.enterAgain('the certificate', () => agent.shows('issued.title'))
  await press('Enter')
  await keys.keepsFocus('what was issued')

  let paper = ''
  await t.test(
    'one pass a page, on both papers; its code is read, and a gate admits it',
    async t => {
      for (const { size, width, height } of SIZES) {
        await press('Alt+1')
        await page.getByRole('radio', { name: say(`paper.${size}`) }).press('Space')
        await page.locator('#reason').focus()
        await typeOn(agent, 'reason', '没有手机', 'Enter')
        await agent.shows('printed.title')
        const sheet = await printed(agent)
        t.equal(sheet.pages, 1, size)
        t.ok(Math.abs(sheet.width - width) < 1 && Math.abs(sheet.height - height) < 1, size)
        paper = (await readCode(sheet.png)) ?? ''
        t.match(paper, /^RP1:/, size)
        await agent.advance(POLL_MS)
        t.equal(await gate.scan(paper), 'ADMIT', size)
        await press('Escape')
      }
    },
  )

  await t.test('a scan while a reason is typed finds, and stays in no field', async t => {
    await press('Alt+9')
    await page.locator('#reason:focus').waitFor()
    await page.keyboard.insertText('手机丢失')
    await agent.scan(paper)
    await agent.shows('name.title')
    t.equal(await page.locator('#find').inputValue(), '', 'nothing of it stays readable')
    await typeOn(agent, 'holder', person.name, 'Enter')
    await page.getByRole('heading', { name: person.name }).waitFor()
    await keys.keepsFocus('the name beside the code')
  })

  await t.test('a scan into a field leaves what was typed there before', async t => {
    await press('Alt+8')
    await page.keyboard.insertText('D20')
    await agent.scan('RP1:ABCDEF')
    await agent.shows('code.MALFORMED')
    t.equal(await page.locator('#find').inputValue(), 'D20')
    await agent.scan(paper)
    await agent.shows('name.title')
    await typeOn(agent, 'holder', person.name, 'Enter')
    await page.getByRole('heading', { name: person.name }).waitFor()
  })

  await t.test('revoked: the next scan is refused', async t => {
    await press('Alt+9')
    await page.locator('#reason:focus').waitFor()
    await page.keyboard.insertText('旅客找到了身份证')
    await keys.enterAgain('the revocation', () => agent.shows('revoked.title'))
    await agent.advance(POLL_MS)
    t.equal(await gate.scan(paper), 'REVOKED')
    await press('Escape')
  })

  /** Asks for a second one; the supervisor's keyboard comes to it. */
  async function askAgain() {
    await press('Alt+5')
    await typeOn(agent, 'reason', '又丢了', 'Enter')
    await agent.shows('asked.title')
    await press('Escape')
    const row = supervisor.page.locator('#queue li button').first()
    await supervisor.advance(3_100)
    await row.waitFor()
    await supervisor.page.keyboard.press('Alt+7')
    await supervisor.page.keyboard.press('Tab')
    return row
  }

  await t.test('decided elsewhere while the keyboard is there: the queue has it', async () => {
    const row = await askAgain()
    await declineElsewhere(pageWorld)
    await supervisor.advance(3_100)
    await row.waitFor({ state: 'detached' })
    await keyboardOf(supervisor.page).keepsFocus('what another decided')
  })

  await t.test(
    'again in a day: approved at the other window, and the code comes here',
    async () => {
      await askAgain()
      await supervisor.page.keyboard.press('Enter')
      await supervisor.shows('decide.title')
      await typeOn(supervisor, 'reason', '本人到场', 'Enter')
      await supervisor.shows('decided.approved')
      await agent.advance(3_100)
      await agent.shows('state.approved')
      await press('Alt+7')
      await press('Tab')
      await press('Enter')
      await agent.shows('issued.code')
    },
  )
  const code = await page.locator('.claim code').innerText()
  const phone = await claimByPhone(pageWorld.world, code)
  /** The phone's next code. */
  async function scanNext(): Promise<void> {
    await agent.advance(NEXT_CODE_MS)
    await agent.scan(await phone.present())
  }
  /** Asks for the trains, and takes the `n`th. */
  async function takeTrain(n: number): Promise<void> {
    await tabTo('#day')
    await press('Enter')
    await agent.shows('trip.choose')
    await tabTo(`.trains li:nth-child(${n}) button`)
    await press('Enter')
    await agent.shows('present.title')
  }
  /** Waits for a ticket of who is at the window. */
  const has = (train: string, state: 'sold' | 'changed' | 'refunded') =>
    page
      .locator('.person li')
      .filter({ hasText: train })
      .filter({ hasText: say(`ticket.${state}`) })
      .waitFor()

  await t.test('that code makes a pass on a phone: the gate and the desk know it', async t => {
    t.equal(await gate.scan(await phone.present()), 'ADMIT')
    await scanNext()
    await agent.shows('cert.valid')
    await agent.shows('ticket.none')
  })

  await t.test('sold: a train by keys, then the code', async () => {
    await press('Alt+2')
    await page.locator('#from:focus').waitFor()
    await press('n')
    await press('Tab')
    await press('s')
    await takeTrain(2)
    await scanNext()
    await agent.shows('ticketed.sale')
    await has('G2', 'sold')
    await press('Escape')
  })

  await t.test('changed to a later train', async () => {
    await press('Alt+3')
    await agent.shows('pick.change')
    await press('Enter')
    await page.locator('#from:focus').waitFor()
    await takeTrain(4)
    await scanNext()
    await agent.shows('ticketed.change')
    await has('G2', 'changed')
    await has('G4', 'sold')
    await press('Escape')
  })

  await t.test('refunded: nothing is left to change', async () => {
    await press('Alt+4')
    await agent.shows('pick.refund')
    await press('Enter')
    await agent.shows('present.title')
    await scanNext()
    await agent.shows('ticketed.refund')
    await has('G4', 'refunded')
    await press('Escape')
    await agent.shows('act.needs-ticket')
    await keys.keepsFocus('the refund')
  })
  t.same([...agent.faults, ...supervisor.faults], [])
})

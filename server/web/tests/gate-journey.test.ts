/**
 * A certificate's life on the phone, before a running gate: codes that change and grow old, a service
 * that is away, the next face check, another phone, the end, an appeal. Browser, service and gate share
 * one time that the test moves.
 */
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import type { TextKey } from '../passenger/texts-zh.ts'
import { noBrowser, PHONE, startBrowser } from '../testing/browser.ts'
import { DESK, type DeskDriver, openDeskDriver } from '../testing/desk-driver.ts'
import { openPageGate, POLL_MS } from '../testing/page-gate.ts'
import { openPageWorld } from '../testing/page-world.ts'
import { openDriver, type PassengerDriver } from '../testing/passenger-driver.ts'
import { readCode } from '../testing/read-code.ts'

const MINUTE_MS = 60_000

/** Longer than a page waits between two looks at its certificate. */
const LOOK_MS = MINUTE_MS + 1_000
/** A screen is read so often until it shows another code. */
const LOOKS_MAX = 10

/** The code on the screen, as a camera reads it. */
async function shown({ page }: PassengerDriver): Promise<string> {
  await page.locator('.qr').waitFor()
  const text = await readCode(await page.screenshot())
  if (text === undefined) throw new Error('no code is read')
  return text
}

/** The code that comes after `before`. */
async function shownNext(driver: PassengerDriver, before: string): Promise<string> {
  for (let looks = 0; looks < LOOKS_MAX; looks++) {
    const text = await shown(driver)
    if (text !== before) return text
  }
  throw new Error('the code stays the same')
}

/** Resolves when the page says it. */
const says = ({ page, say }: PassengerDriver, key: TextKey) =>
  page.getByText(say(key)).first().waitFor()

async function cancel(driver: PassengerDriver): Promise<void> {
  await driver.press('cancel.open')
  await driver.press('cancel.do')
  await driver.at('ended')
}

/** What staff at the window do with the only appeal there is, by keys alone; `quoted`: what they read. */
async function upholdAppeal({ page, shows }: DeskDriver, quoted: string): Promise<void> {
  const { keyboard } = page
  await shows('appeal.open')
  await keyboard.press('Alt+7')
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await page.locator('blockquote').getByText(quoted).waitFor()
  await page.locator('#note:focus').waitFor()
  await keyboard.insertText('证件照已更新')
  await keyboard.press('Tab')
  await keyboard.press('Enter')
  await shows('resolved.upheld')
}

t.test('before a gate', { skip: noBrowser, timeout: 240_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir(), { isStill: true })
  t.teardown(() => pageWorld.close())
  const gate = await openPageGate(pageWorld)
  t.teardown(() => gate.stop())
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  const person = await pageWorld.newPerson()
  const phone = await openDriver(browser, pageWorld, PHONE)
  let other = phone

  await t.test('a new code each 15 s; a picture of one is too old after 31 s', async t => {
    await phone.toCertificate(person)
    const first = await shown(phone)
    t.equal(await gate.scan(first), 'ADMIT')
    await phone.advance(15_000)
    t.equal(await gate.scan(await shownNext(phone, first)), 'ADMIT')
    await phone.advance(16_000)
    t.equal(await gate.scan(first), 'STALE_CODE')
  })

  await t.test('the link makes a new one at once', async t => {
    const before = await shown(phone)
    await phone.press('code.refresh')
    t.equal(await gate.scan(await shownNext(phone, before)), 'ADMIT')
  })

  await t.test('without the service codes go on, and the gate takes them', async t => {
    const before = await shown(phone)
    await pageWorld.stop()
    await phone.advance(15_000)
    t.equal(await gate.scan(await shownNext(phone, before)), 'ADMIT')
    await phone.advance(LOOK_MS)
    await phone.advance(10_000)
    await says(phone, 'banner.offline')
    t.equal(await gate.scan(await shown(phone)), 'ADMIT')
    await pageWorld.start()
    await phone.advance(LOOK_MS)
    await phone.page.getByText(phone.say('banner.offline')).waitFor({ state: 'detached' })
  })

  await t.test('after 30 minutes the code hides, and the face makes the next pass', async t => {
    const last = await shown(phone)
    await phone.advance(30 * MINUTE_MS)
    await says(phone, 'code.due.title')
    t.equal(await phone.page.locator('.qr').count(), 0)
    t.equal(await gate.scan(last), 'EXPIRED')
    await phone.press('code.due.start')
    await phone.followPrompts()
    t.equal(await gate.scan(await shown(phone)), 'ADMIT')
  })

  await t.test('the service restarts while the face is checked: nothing is lost', async t => {
    other = await phone.another()
    await other.toReady(person)
    await other.press('ready.start')
    await other.page.locator('[data-prompt]').waitFor()
    await pageWorld.stop()
    await other.followPrompts()
    await pageWorld.start()
    await other.advance(2_000)
    await other.at('certificate')
    await other.advance(15_000)
    t.equal(await gate.scan(await shown(other)), 'ADMIT')
  })

  await t.test(
    'on the other phone now: no gate takes the first one’s, which soon knows',
    async t => {
      await phone.advance(15_000)
      t.equal(await gate.scan(await shown(phone)), 'REVOKED')
      await phone.advance(LOOK_MS)
      await phone.at('ended')
      await says(phone, 'ended.replaced.title')
    },
  )

  await t.test('cancelled: no code of it is taken any more', async t => {
    await other.advance(15_000)
    const last = await shown(other)
    await cancel(other)
    await other.advance(POLL_MS)
    t.equal(await gate.scan(last), 'REVOKED')
  })

  await t.test('three a month, wherever they were shown; then the window is named', async t => {
    for (const _ of ['second', 'third']) {
      await other.page.reload()
      await other.toCertificate(person)
      await cancel(other)
    }
    await other.page.reload()
    await other.toOutcome(person)
    await other.at('refused')
    await says(other, 'refused.quota')
    t.match(await other.page.locator('main').innerText(), /窗口/)
  })

  await t.test('refused, appealed, upheld at the desk: the face is taken then', async t => {
    const refused = await pageWorld.newPerson()
    await other.press('back')
    pageWorld.faceReason = 'NO_MATCH'
    await other.toOutcome(refused)
    await other.press('refused.appeal')
    const why = '证件照是十年前的'
    await other.page.getByLabel(other.say('appeal.what')).fill(why)
    await other.press('appeal.send')
    await other.at('appealed')
    const desk = await openDeskDriver(browser, pageWorld, DESK, { role: 'agent' })
    await upholdAppeal(desk, why)
    t.same(desk.faults, [])
    pageWorld.faceReason = undefined
    await other.press('back')
    await other.toCertificate(refused)
    t.equal(await gate.scan(await shown(other)), 'ADMIT')
  })

  t.same([...phone.faults, ...other.faults], [])
})

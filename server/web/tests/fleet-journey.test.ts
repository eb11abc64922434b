/**
 * A config's way on the real programs, by the fleet's page in Chromium and the keyboard alone: an
 * operator signs in, finds the gate, gives it a config, sees what the next one changes, goes back to the
 * first, and retires the gate; the running gate confirms each config. The focus is never lost.
 */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readJournal } from '../../../fixtures/gate-journal.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../../fixtures/world.ts'
import { TEXTS, type TextKey } from '../fleet/texts.ts'
import { filled } from '../shared/language.ts'
import { noBrowser, openContext, startBrowser } from '../testing/browser.ts'
import { FLEET } from '../testing/fleet-driver.ts'
import { keyboardOf } from '../testing/keyboard.ts'

const CONFIRMED_MS_MAX = 60_000
const SHOWN_MS_MAX = 30_000

t.test('from the sign-in to the gate and back', { skip: noBrowser, timeout: 240_000 }, async t => {
  const world = await createWorld({
    dir: tempDir(),
    lanes: [{ name: 'A', direction: 'entry' }],
    deadmanMs: 2000,
  })
  t.teardown(() => world.close())
  const [browser] = await Promise.all([startBrowser(), startStation(world)])
  t.teardown(() => browser.close())
  const context = await openContext(browser, { ...FLEET, language: 'en' })
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', error => faults.push(error.message))
  page.on('console', said => {
    if (/Content Security Policy|Uncaught/.test(said.text())) faults.push(said.text())
  })
  const say = (key: TextKey, values = {}) => filled(TEXTS.en[key], values)
  const keys = keyboardOf(page)
  const field = (label: TextKey) => page.getByLabel(say(label), { exact: true })
  const link = (name: string) => page.getByRole('link', { name, exact: true })
  const button = (key: TextKey) => page.getByRole('button', { name: say(key) }).first()
  const type = (label: TextKey, text: string) => keys.type(field(label), text)

  /** Presses the button, and sees what comes; the focus is still somewhere. */
  async function press(key: TextKey, shows: TextKey, within = SHOWN_MS_MAX): Promise<void> {
    await keys.press(button(key))
    await page.locator('main').getByText(say(shows)).first().waitFor({ timeout: within })
    await keys.keepsFocus(say(key))
  }

  const { lanes } = JSON.parse(readFileSync(world.gateConfigFile, 'utf8')) as { lanes: object[] }
  const configOf = (waitMs: number) => ({
    lanes: lanes.map(lane => ({ ...lane, timing: { waitMs } })),
    service: { pollMs: 1000 },
  })

  /** The text is compared, given, and confirmed by the gate. */
  async function give(reason: string): Promise<void> {
    await type('act.reason', reason)
    await press('config.give', 'outcome.confirmed.text', CONFIRMED_MS_MAX)
    await press('config.revisions', 'config.title')
  }
  async function write(waitMs: number): Promise<void> {
    await keys.type(page.locator('#config'), JSON.stringify(configOf(waitMs), null, 2))
    await press('config.review', 'config.review.title')
  }
  const waited = () =>
    readJournal(world.journalFile)
      .filter(({ kind, body }) => kind === 'config' && body.about === 'confirmed')
      .map(({ body }) => body.revision)

  await t.test('signed in: the gate is in service, and found', async t => {
    const { email, password } = world.accounts.operator
    await page.goto(`${world.url()}/fleet`)
    await type('in.email', email)
    await type('in.password', 'not the password')
    await press('in.do', 'problem.CREDENTIALS')
    await type('in.password', password)
    await keys.press(button('in.do'))
    await page.getByText(say('state.in-service')).first().waitFor()
    await keys.keepsFocus('the sign-in')
    await keys.tabTo(page.getByRole('radio', { name: say('filter.all') }))
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowRight')
    await keys.keepsFocus('the arrows')
    await press('filter.clear', 'state.in-service')
    await type('filter.label', 'north')
    await keys.press(link('north-1'))
    await keys.press(link(say('gate.config')))
    await page.locator('main').getByText(say('config.none')).waitFor()
    await keys.keepsFocus(say('gate.config'))
    t.pass('none was given yet')
  })

  await t.test('the first config, and one with another wait', async t => {
    await press('config.first', 'config.json')
    await press('act.call-off', 'config.none')
    await press('config.first', 'config.json')
    await write(5000)
    await give('as it is')
    await press('config.edit', 'config.json')
    await write(9000)
    const changes = page.locator('.diff li')
    t.equal(await changes.count(), 1)
    t.match(await changes.innerText(), /^lanes\[A\]\.timing\.waitMs\s.*5000\s.*9000$/s)
    await give('people are slow')
    t.same(waited(), [1, 2])
  })

  await t.test('back to the first: the gate confirms that, too', async t => {
    await press('config.back-to', 'act.reason')
    t.match(await page.locator('.diff li').innerText(), /9000.*5000/s)
    await give('they are not')
    t.same(waited(), [1, 2, 3])
    await page.getByText(say('config.runs')).first().waitFor()
    t.equal(await page.locator('.revisions > li').count(), 3)
  })

  await t.test('all of it is in the journal, in sentences, and its chain holds', async t => {
    await keys.press(link(say('gate.journal')))
    await page.getByText(/the chain holds/).waitFor()
    await page
      .locator('main')
      .getByText(/config/)
      .first()
      .waitFor()
    t.pass('with the configs among them')
  })

  await t.test('it is retired: who watches the list sees it go, without loading anew', async t => {
    const watcher = await context.newPage()
    await watcher.goto(`${world.url()}/fleet`)
    const row = watcher.getByRole('listitem').filter({ hasText: 'north-1' })
    await row.waitFor()
    let loads = 0
    watcher.on('framenavigated', () => {
      loads += 1
    })
    await page.bringToFront()
    await keys.press(link(say('gate.state')))
    await press('retire.open', 'retire.text')
    await press('act.call-off', 'retire.open')
    await press('retire.open', 'retire.text')
    await type('act.reason', 'the hall is closed')
    await keys.press(button('retire.do'))
    await page.getByText(say('act.type.wrong', { typed: 'north-1' })).waitFor()
    await keys.keepsFocus('a name that is missing')
    await keys.type(page.locator('#typed'), 'north-1')
    await keys.tabTo(button('retire.do'))
    const done = page.getByText(say('retire.done', { gate: 'north-1' }))
    await keys.enterAgain(say('retire.do'), () => done.waitFor())
    await row.waitFor({ state: 'detached' })
    await watcher.getByText(say('gates.none')).waitFor()
    t.equal(loads, 0)
    await keys.press(link(say('gate.back')))
    await page.getByText(say('gates.none')).waitFor()
  })

  t.same(faults, [], 'no fault, and nothing that the content security policy refuses')
})

/**
 * A config's way on the real programs, by the fleet's page in Chromium: an operator signs in, sees the
 * gate in service, gives it a config, sees what the next one changes, and goes back to the first; the
 * running gate confirms each. At the end it is retired, and another window sees it go.
 */
import { readFileSync } from 'node:fs'
import t from 'tap'
import { readJournal } from '../../../fixtures/gate-journal.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../../fixtures/world.ts'
import { TEXTS, type TextKey } from '../fleet/texts.ts'
import { noBrowser, openContext, startBrowser } from '../testing/browser.ts'
import { FLEET } from '../testing/fleet-driver.ts'

const CONFIRMED_MS_MAX = 60_000

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
  const say = (key: TextKey) => TEXTS.en[key]
  const press = (name: string) => page.getByRole('button', { name }).first().click()
  const type = (label: TextKey, text: string) =>
    page.getByLabel(say(label), { exact: true }).fill(text)

  const { lanes } = JSON.parse(readFileSync(world.gateConfigFile, 'utf8')) as { lanes: object[] }
  const configOf = (waitMs: number) => ({
    lanes: lanes.map(lane => ({ ...lane, timing: { waitMs } })),
    service: { pollMs: 1000 },
  })

  /** The text is compared, given, and confirmed by the gate. */
  async function give(reason: string): Promise<void> {
    await type('act.reason', reason)
    await press(say('config.give'))
    const confirmed = page.getByText(say('outcome.confirmed.text'))
    await confirmed.waitFor({ timeout: CONFIRMED_MS_MAX })
    await press(say('config.revisions'))
  }
  async function write(waitMs: number): Promise<void> {
    await page.locator('#config').fill(JSON.stringify(configOf(waitMs), null, 2))
    await press(say('config.review'))
  }
  const waited = () =>
    readJournal(world.journalFile)
      .filter(({ kind, body }) => kind === 'config' && body.about === 'confirmed')
      .map(({ body }) => body.revision)

  await t.test('signed in: the gate is in service', async t => {
    const { email, password } = world.accounts.operator
    await page.goto(`${world.url()}/fleet`)
    await type('in.email', email)
    await type('in.password', password)
    await press(say('in.do'))
    const row = page.getByRole('listitem').filter({ hasText: 'north-1' })
    await row.getByText(say('state.in-service')).waitFor()
    await row.getByRole('link', { name: 'north-1' }).click()
    await page.getByRole('link', { name: say('gate.config') }).click()
    await page.locator('main').getByText(say('config.none')).waitFor()
    t.pass('none was given yet')
  })

  await t.test('the first config, and one with another wait', async t => {
    await press(say('config.first'))
    await write(5000)
    await give('as it is')
    await press(say('config.edit'))
    await write(9000)
    const changes = page.locator('.diff li')
    t.equal(await changes.count(), 1)
    t.match(await changes.innerText(), /^lanes\[A\]\.timing\.waitMs\s.*5000\s.*9000$/s)
    await give('people are slow')
    t.same(waited(), [1, 2])
  })

  await t.test('back to the first: the gate confirms that, too', async t => {
    await press(say('config.back-to'))
    t.match(await page.locator('.diff li').innerText(), /9000.*5000/s)
    await give('they are not')
    t.same(waited(), [1, 2, 3])
    await page.getByText(say('config.runs')).first().waitFor()
    t.equal(await page.locator('.revisions > li').count(), 3)
  })

  await t.test('all of it is in the journal, in sentences, and its chain holds', async t => {
    await page.getByRole('link', { name: say('gate.journal') }).click()
    await page.getByText(/the chain holds/).waitFor()
    t.match(await page.locator('main').innerText(), /config/)
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
    await page.getByRole('link', { name: say('gate.state') }).click()
    await press(say('retire.open'))
    await page.getByLabel(say('act.type').replace('{typed}', 'north-1')).fill('north-1')
    await type('act.reason', 'taken down')
    await press(say('retire.do'))
    await row.waitFor({ state: 'detached' })
    await watcher.getByText(say('gates.none')).waitFor()
    t.equal(loads, 0)
  })

  t.same(faults, [], 'no fault, and nothing that the content security policy refuses')
})

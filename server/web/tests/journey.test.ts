/**
 * The main journey on the real programs: a person applies in Chinese on the passenger's page, follows the
 * prompts before the camera, and the code on the screen opens a gate. A photo that is held before the
 * camera opens nothing.
 */
import type { Page } from 'playwright-core'
import t, { type Test } from 'tap'
import { readJournal } from '../../../fixtures/gate-journal.ts'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { createWorld, startStation } from '../../../fixtures/world.ts'
import { until } from '../../../hardware/sim/until.ts'
import type { DemoPerson } from '../../../scripts/seed/demo-data.ts'
import { putDemo } from '../../../scripts/seed/put.ts'
import { loadConfig } from '../../config.ts'
import { atScreen, noBrowser, openContext, PHONE, startBrowser } from '../testing/browser.ts'
import { readCode } from '../testing/read-code.ts'
import { turnCamera, turnedPictures } from '../testing/turning-camera.ts'

const FACE_MS_MAX = 90_000
const SHOWN_MAX = 4

async function apply(page: Page, { name, documentNumber }: DemoPerson): Promise<void> {
  await page.getByRole('button', { name: '开始申请' }).click()
  await page.getByLabel('姓名').fill(name)
  await page.getByLabel('证件号码').fill(documentNumber)
  await page.getByLabel('所在城市').fill('杭州')
  await page.getByRole('button', { name: '下一步' }).click()
  await page.getByRole('button', { name: '同意并继续' }).click()
  await page.getByRole('button', { name: '打开摄像头' }).click()
}

t.test('from the form to the gate', { skip: noBrowser, timeout: 180_000 }, async t => {
  const world = await createWorld({
    dir: tempDir(),
    lanes: [{ name: 'A', direction: 'entry' }],
  })
  t.teardown(() => world.close())
  const { people } = await putDemo(loadConfig(world.serverConfigFile, process.env), 1, Date.now())
  const [person] = people
  if (person === undefined) throw new Error('the demo set is empty')
  const [browser, pictures] = await Promise.all([
    startBrowser(),
    turnedPictures(person.live.replace('-live.jpg', '')),
    startStation(world),
  ])
  t.teardown(() => browser.close())

  /** A new phone whose camera sees the person, or a photo of the person. */
  async function openPage(t: Test, isStill: boolean) {
    const context = await openContext(browser, PHONE)
    t.teardown(() => context.close())
    const page = await context.newPage()
    const faults: string[] = []
    page.on('pageerror', error => faults.push(error.message))
    page.on('console', said => {
      if (said.type() === 'error') faults.push(said.text())
    })
    await turnCamera(page, pictures, isStill)
    await page.goto(world.url())
    return { page, faults }
  }

  await t.test('the person: a code that the gate admits', async t => {
    const { page, faults } = await openPage(t, false)
    await apply(page, person)
    await atScreen(page, 'certificate', FACE_MS_MAX)
    const code = page.getByRole('img', { name: '进出站二维码' })
    await code.waitFor()
    const verdicts = () =>
      readJournal(world.journalFile).filter(({ kind }) => kind === 'grant' || kind === 'scan')
    const isIn = () => verdicts().some(({ kind }) => kind === 'grant')
    // On a busy machine a code is too old when it comes to the gate: the next one is shown then.
    for (let times = 0; times < SHOWN_MAX && !isIn(); times++) {
      const before = verdicts().length
      const text = await readCode(await page.screenshot())
      t.match(text, /^RP1:/, 'the camera chain reads the code on the screen')
      world.lanes[0]?.scanner.sendText(text ?? '')
      await until('a verdict', () => verdicts().length > before)
    }
    t.equal(verdicts().at(-1)?.body.code, 'ADMIT')
    t.same(faults, [], 'nothing was refused by the content security policy, and nothing failed')
  })

  await t.test('a photo: refused as a still, and what to do instead', async t => {
    const { page } = await openPage(t, true)
    const answered = page.waitForResponse(answer =>
      new URL(answer.url()).pathname.endsWith('/face'),
    )
    await apply(page, person)
    await atScreen(page, 'refused', FACE_MS_MAX)
    t.match(await (await answered).json(), { code: 'FACE_STILL', triesLeft: 4 })
    const words = await page.locator('main').innerText()
    t.match(words, /照片/)
    for (const name of ['再试一次', '核验有误？申诉']) {
      t.ok(await page.getByRole('button', { name }).isVisible(), name)
    }
  })
})

/** The page by the door that `npm start -- --https` opens, at an address that a browser takes for foreign. */
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { openTlsDoor } from '../../../scripts/station/tls-door.ts'
import { atScreen, noBrowser, openContext, PHONE, startBrowser } from '../testing/browser.ts'
import { openPageWorld } from '../testing/page-world.ts'

/** A name that leads here for the test's browser alone. */
const NAME = 'station.test'
const OPTIONS = [`--host-resolver-rules=MAP ${NAME} 127.0.0.1`, '--ignore-certificate-errors']

t.test('over TLS', { skip: noBrowser, timeout: 120_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const door = await openTlsDoor({ target: () => pageWorld.url, port: 0, names: [NAME] })
  t.teardown(() => door.close())
  const browser = await startBrowser(OPTIONS)
  t.teardown(() => browser.close())
  const page = await (await openContext(browser, PHONE)).newPage()

  await t.test('keys, camera and worker are there', async t => {
    await page.goto(door.url)
    await atScreen(page, 'welcome')
    const has = await page.evaluate(async () => ({
      isSecure: isSecureContext,
      keys: crypto.subtle !== undefined,
      camera: navigator.mediaDevices !== undefined,
      worker: (await navigator.serviceWorker.ready).active !== null,
    }))
    t.same(has, { isSecure: true, keys: true, camera: true, worker: true })
  })

  await t.test('without TLS they are not, and the page says what to do', async t => {
    await page.goto(pageWorld.url.replace('127.0.0.1', NAME))
    await atScreen(page, 'trouble')
    t.match(await page.locator('main').innerText(), /https/)
  })
})

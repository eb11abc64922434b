/**
 * What the browser must keep: the page without a network, the focus of who has a keyboard alone, keys from
 * scripts, frames and other hosts out.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Route } from 'playwright-core'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import type { TextKey } from '../passenger/texts-zh.ts'
import { noBrowser, PHONE, startBrowser } from '../testing/browser.ts'
import { keyboardOf } from '../testing/keyboard.ts'
import { API } from '../testing/page-state.ts'
import { openPageWorld } from '../testing/page-world.ts'
import { openDriver } from '../testing/passenger-driver.ts'
import { readCode } from '../testing/read-code.ts'

const PASS_MS = 1_800_000
/** Longer than a request is tried for, where nobody answers; pauses between tries are in the page's time. */
const TRIED_S = 8

t.test('in the browser', { skip: noBrowser, timeout: 240_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const browser = await startBrowser()
  t.teardown(() => browser.close())

  await t.test('opens without a network, with a new code; nothing of the API is kept', async t => {
    const driver = await openDriver(browser, pageWorld, PHONE)
    t.teardown(() => driver.close())
    const { page, context } = driver
    await driver.toCertificate()
    const first = await readCode(await page.screenshot())
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => {}))
    await context.setOffline(true)
    await page.reload()
    await page.locator('.qr').waitFor()
    const second = await readCode(await page.screenshot())
    t.match(second, /^RP1:/)
    t.not(second, first)
    t.ok(await page.getByText(driver.say('banner.offline')).isVisible())
    const kept = await page.evaluate(async () => {
      const names = await caches.keys()
      const all = await Promise.all(
        names.map(async name => (await (await caches.open(name)).keys()).map(one => one.url)),
      )
      return all.flat().map(url => new URL(url).pathname)
    })
    t.ok(kept.includes('/'))
    t.same(
      kept.filter(path => path.startsWith('/v1')),
      [],
    )
    t.same(driver.faults, [])
  })

  await t.test('by keys alone: what is sent is sent once, and the focus is never lost', async t => {
    const driver = await openDriver(browser, pageWorld, PHONE)
    t.teardown(() => driver.close())
    const { page, say } = driver
    const keys = keyboardOf(page)
    const button = (key: TextKey) => page.getByRole('button', { name: say(key), exact: true })
    const field = (key: TextKey) => page.getByLabel(say(key), { exact: true })
    /** Presses it, and sees the next screen. */
    async function press(key: TextKey, screen: string): Promise<void> {
      await keys.press(button(key))
      await driver.at(screen)
      await keys.keepsFocus(say(key))
    }
    /** Presses it again and again. */
    async function send(key: TextKey, screen: string): Promise<void> {
      await keys.tabTo(button(key))
      await keys.enterAgain(say(key), () => driver.at(screen))
    }

    await press('claim.open', 'claim')
    await keys.type(field('claim.code'), '0000-0000-0000-0000')
    await keys.tabTo(button('claim.do'))
    const wrong = page.locator('#code[aria-invalid="true"]:focus')
    await keys.enterAgain('a code that nobody has', () => wrong.waitFor())
    await press('back', 'welcome')

    const person = await pageWorld.newPerson()
    await press('welcome.apply', 'form')
    await keys.type(field('form.name'), person.name)
    await field('form.documentType').selectOption('passport')
    await keys.type(field('form.documentNumber'), person.documentNumber)
    await keys.type(field('form.city'), '杭州')
    await press('next', 'consent')
    await send('consent.agree', 'ready')
    pageWorld.faceReason = 'NO_MATCH'
    await press('ready.start', 'face')
    await page.locator('[data-prompt]').waitFor()
    await keys.tabTo(button('face.stop'))
    const held = await keys.holdAnswers()
    const sent = page.waitForRequest(request => request.method() !== 'GET')
    await driver.followPrompts()
    await sent
    await keys.keepsFocus('the last picture')
    held.release()
    await driver.at('refused')
    held.end()
    await keys.keepsFocus('the face check')
    await press('refused.appeal', 'appeal')
    await keys.type(page.locator('#what'), '证件照是十年前的')
    await send('appeal.send', 'appealed')
    await press('back', 'welcome')

    await press('claim.open', 'claim')
    await keys.type(field('claim.code'), await pageWorld.windowCode())
    await keys.enterAgain('a code from the window', () => driver.at('certificate'))
    await keys.tabTo(button('code.refresh'))
    await driver.advance(PASS_MS)
    await button('code.due.start').waitFor()
    await keys.keepsFocus('the end of the pass')
    await press('cancel.open', 'cancel')
    const refuse = (route: Route) => route.abort('connectionrefused')
    await page.route(API, refuse)
    await keys.press(button('cancel.do'))
    await page.locator('.spinner').waitFor()
    for (let i = 0; i < TRIED_S; i++) await driver.advance(1_000)
    await driver.at('unreachable')
    await keys.keepsFocus('no answer')
    await page.unroute(API, refuse)
    await send('again', 'ended')
    t.same(driver.faults, [])
  })

  await t.test('no key can be read out of what the page keeps', async t => {
    const driver = await openDriver(browser, pageWorld, PHONE)
    t.teardown(() => driver.close())
    await driver.toCertificate()
    const outcomes = await driver.page.evaluate(async () => {
      const opened = await new Promise<IDBDatabase>(resolve => {
        const request = indexedDB.open('wicketgate')
        request.onsuccess = () => resolve(request.result)
      })
      const all = await new Promise<unknown[]>(resolve => {
        const request = opened.transaction('kept').objectStore('kept').getAll()
        request.onsuccess = () => resolve(request.result)
      })
      const keys = all
        .flatMap(value => [value, ...Object.values(Object(value))])
        .flatMap(value => [value, ...Object.values(Object(value))])
        .filter(value => value instanceof CryptoKey && value.type === 'private')
      return Promise.all(
        keys.map(key =>
          crypto.subtle.exportKey('pkcs8', key as CryptoKey).then(
            () => 'exported',
            () => 'refused',
          ),
        ),
      )
    })
    t.ok(outcomes.length >= 2, `${outcomes.length} keys`)
    t.same([...new Set(outcomes)], ['refused'])
  })

  await t.test('no other site can put the page into a frame', async t => {
    const other = createServer((_request, response) => {
      response.setHeader('content-type', 'text/html')
      response.end(`<title>other</title><iframe src="${pageWorld.url}/"></iframe>`)
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    t.teardown(() => other.close())
    const page = await browser.newPage()
    const refusals: string[] = []
    page.on('console', said => refusals.push(said.text()))
    await page.goto(`http://localhost:${(other.address() as AddressInfo).port}/`)
    t.match(refusals.join('\n'), /frame-ancestors|X-Frame-Options/)
    await page.close()
    other.closeAllConnections()
  })

  await t.test('no request leaves the host', async t => {
    const driver = await openDriver(browser, pageWorld, PHONE)
    t.teardown(() => driver.close())
    const hosts = new Set<string>()
    driver.page.on('request', request => hosts.add(new URL(request.url()).origin))
    await driver.page.reload()
    await driver.toCertificate()
    t.same([...hosts], [pageWorld.url])
  })
})

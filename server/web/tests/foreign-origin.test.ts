/**
 * What pages of other origins get out of a browser in which staff are signed in: nothing to read, and
 * nothing done. One is of another site, one of the same site, to which the session's cookie goes along.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { BrowserContext, Page } from 'playwright-core'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { PASSWORD } from '../../testing/world.ts'
import { noBrowser, startBrowser } from '../testing/browser.ts'
import { openPageWorld } from '../testing/page-world.ts'

const EMAIL = 'agent@desk.test'

/** What a form gets: whatever has another kind of body is refused for that before. */
const REFUSED = [
  ['/v1/auth/sign-out', 'ORIGIN'],
  ['/v1/auth/sign-in/email', 'ORIGIN'],
  ['/v1/people/unlock', 'CONTENT_TYPE'],
] as const

/** Sent by a page of its origin, with whatever cookies the browser adds; its status, or that it failed. */
const send = (page: Page, url: string, body?: object) =>
  page.evaluate(
    ([url, text]) =>
      fetch(url, {
        credentials: 'include',
        ...(text !== undefined && {
          ...{ method: 'POST', body: text },
          headers: { 'content-type': 'application/json' },
        }),
      }).then(
        answer => answer.status,
        () => 'kept from the page',
      ),
    [url, body && JSON.stringify(body)] as const,
  )

/** By a form of a page at `from`, which asks nobody beforehand; the code that the service answers with. */
async function sendForm(context: BrowserContext, from: string, url: string): Promise<string> {
  const page = await context.newPage()
  await page.goto(from)
  const answered = page.waitForResponse(url)
  await page.evaluate(action => {
    const form = document.createElement('form')
    Object.assign(form, { action, method: 'post', enctype: 'text/plain' })
    // As text this is JSON.
    form.append(Object.assign(document.createElement('input'), { name: '{"a":"', value: '"}' }))
    document.body.append(form)
    form.submit()
  }, url)
  const { code } = (await (await answered).json()) as { code: string }
  await page.close()
  return code
}

t.test('from a foreign origin', { skip: noBrowser, timeout: 120_000 }, async t => {
  const pageWorld = await openPageWorld(tempDir())
  t.teardown(() => pageWorld.close())
  const evil = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end('<!doctype html><title>evil</title>')
  })
  await new Promise<void>(resolve => evil.listen(0, '127.0.0.1', resolve))
  t.teardown(() => evil.close().closeAllConnections())
  const { port } = evil.address() as AddressInfo
  // A site is a host, whatever the port.
  const foreign = {
    'of another site': `http://localhost:${port}`,
    'of its site': `http://127.0.0.1:${port}`,
  }
  const own = pageWorld.url
  const browser = await startBrowser()
  t.teardown(() => browser.close())
  await pageWorld.world.service.staff.add(EMAIL, PASSWORD, 'agent')
  const context = await browser.newContext()
  const desk = await context.newPage()
  await desk.goto(own)
  const signIn = { email: EMAIL, password: PASSWORD }
  t.equal(await send(desk, `${own}/v1/auth/sign-in/email`, signIn), 200)
  t.equal(await desk.evaluate(() => document.cookie), '', 'no script reads the session')
  const isSignedIn = async () => (await send(desk, `${own}/v1/appeals`)) === 200
  t.ok(await isSignedIn())

  for (const [which, url] of Object.entries(foreign)) {
    await t.test(which, async t => {
      const page = await context.newPage()
      await page.goto(url)
      t.equal(await send(page, `${own}/v1/appeals`), 'kept from the page')
      t.equal(await send(page, `${own}/v1/auth/sign-out`, {}), 'kept from the page')
      for (const [path, code] of REFUSED) {
        t.equal(await sendForm(context, url, own + path), code, path)
      }
      t.ok(await isSignedIn(), 'still, and by nobody else')
    })
  }

  await t.test('put into a frame by either, the page is not shown', async t => {
    for (const url of Object.values(foreign)) {
      const page = await context.newPage()
      await page.goto(url)
      const refused = page.waitForEvent('console', said => /frame-ancestors/.test(said.text()))
      await page.evaluate(src => {
        document.body.append(Object.assign(document.createElement('iframe'), { src }))
      }, own)
      t.match((await refused).text(), own)
    }
  })
})

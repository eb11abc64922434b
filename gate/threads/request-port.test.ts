/** Both ends of a request, in a thread and in this process: they can't be told apart. */
import t from 'tap'
import { createEcho, type EchoCalls } from '../testing/threads/echo.ts'
import { createLocalPort, type RequestPort } from './request-port.ts'
import { createThreadPort } from './thread-port.ts'

type Calls = EchoCalls & { die(): void }

function inThread(
  onNotice: (notice: unknown) => void,
  more: { waitingMax?: number; startsAnew?: boolean } = {},
): RequestPort<Calls> {
  const module = new URL('../testing/threads/echo-thread.ts', import.meta.url)
  return createThreadPort<Calls>({ module, data: {}, startsAnew: false, onNotice, ...more })
}

const PORTS: Readonly<Record<string, (on: (notice: unknown) => void) => RequestPort<EchoCalls>>> = {
  'a thread': inThread,
  'this process': on => createLocalPort(createEcho(on)),
}

for (const [where, open] of Object.entries(PORTS)) {
  t.test(`${where} answers in order, with codes, and ends once all is answered`, async t => {
    const said: unknown[] = []
    const port = open(notice => said.push(notice))
    const asked = [
      port.ask('add', 1, 2),
      port.ask('notice', 'news'),
      port.ask('refuse', 'DISK_FULL', 'no room').catch(({ code }) => code),
      port.ask('refuse', undefined, 'no code').catch(({ code, message }) => [code, message]),
      port.ask('add', 3, 4),
    ]
    const closing = port.close()
    await t.rejects(port.ask('add', 1, 1), { code: 'ENDED' }, 'nothing more is taken')
    t.same(await Promise.all(asked), [3, undefined, 'DISK_FULL', ['FAILED', 'no code'], 7])
    await closing
    t.same(said, ['news', 'closed'])
    await port.close()
    t.equal(said.length, 2, 'closed once')
  })
}

t.test('a thread that was never asked is closed without a start', async t => {
  const said: unknown[] = []
  await inThread(notice => said.push(notice)).close()
  t.same(said, [])
})

t.test(
  'so many requests may wait; the next is refused, and taken once one is answered',
  async t => {
    const port = inThread(() => {}, { waitingMax: 2 })
    const waiting = [port.ask('hold', 1), port.ask('add', 1, 1)]
    await t.rejects(port.ask('add', 2, 2), { code: 'BUSY' })
    await Promise.all(waiting)
    t.equal(await port.ask('add', 2, 2), 4)
    await port.close()
  },
)

t.test('a thread that dies refuses all that waits, and all after it', async t => {
  const port = inThread(() => {})
  port.ask('die').catch(() => {})
  await t.rejects(port.ask('add', 1, 1), { code: 'DIED', message: 'it died' })
  await t.rejects(port.ask('add', 1, 1), { code: 'DIED' })
  await port.close()
})

t.test('one that starts anew goes on with the next request', async t => {
  const port = inThread(() => {}, { startsAnew: true })
  port.ask('die').catch(() => {})
  await t.rejects(port.ask('add', 1, 1), { code: 'DIED' })
  t.equal(await port.ask('add', 1, 1), 2)
  await port.close()
  await t.rejects(port.ask('add', 1, 1), { code: 'ENDED' }, 'not after it was closed')
})

/**
 * The console of a whole gate program whose devices, service and serial console are all missing: it
 * is there all the same, logins are rows, and a taken socket or port does not end the gate.
 */
import { once } from 'node:events'
import { statSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import t from 'tap'
import { startChild } from '../../fixtures/child.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { until } from '../../hardware/sim/until.ts'
import { EXIT } from '../assembly/exit-codes.ts'

const PASSWORD = 'correct horse'

/** Somebody at the socket. */
async function sit(path: string) {
  const socket = connect(path)
  await once(socket, 'connect')
  let text = ''
  let read = 0
  socket.on('data', bytes => {
    text += bytes
  })
  return {
    closed: once(socket, 'close'),
    close: () => socket.destroy(),
    async expect(typed: string, wanted: string | RegExp) {
      socket.write(typed)
      const isThere = () =>
        typeof wanted === 'string'
          ? text.slice(read).includes(wanted)
          : wanted.test(text.slice(read))
      await until(`${wanted} after ${typed}`, isThere)
      const fresh = text.slice(read)
      read = text.length
      return fresh
    },
  }
}

t.test('a gate without devices, service or serial console has one at its socket', async t => {
  const dir = tempDir()
  const lone = createLoneGate(dir, await makeTrust(join(dir, 'trust')))
  lone.write({ ...lone.config, console: { serial: { port: join(dir, 'none') } } })
  const gate = lone.start()
  const socket = join(lone.data, 'console.sock')
  await until('the socket', () => statSync(socket, { throwIfNoEntry: false })?.isSocket() === true)
  t.equal(statSync(socket).mode & 0o777, 0o600)
  t.match(
    await gate.line('the port', one => one.code === 'DEVICE_MISSING' && one.event === 'console'),
    {
      msg: /console: .*none/,
    },
  )
  await gate.line('ready', one => one.event === 'ready')
  const lin = await sit(socket)
  await lin.expect('lin\r', 'new password: ')
  await lin.expect(`${PASSWORD}\r`, 'again: ')
  await lin.expect(`${PASSWORD}\r`, 'north-1# ')
  const status = await lin.expect(
    '\x1b[8;40;100tstatus\r',
    /! DEVICE_MISSING \(A\.scanner\)[\s\S]*north-1# /,
  )
  t.match(status, /north-1 at north: running/)

  const other = await sit(socket)
  await other.expect('lin\r', 'password: ')
  await other.expect(`${PASSWORD}\r`, 'north-1# ')
  t.match(await other.expect('who\r', /socket 2[\s\S]*north-1# /), /socket 1/)
  await lin.expect('config set lanes.A.timing.waitMs 3000\r', 'In the candidate')
  t.match(
    await other.expect('config discard\r', /CONFIG_EDITED[\s\S]*north-1# /),
    /lin at socket 1/,
  )
  lin.close()
  await until('the right to edit', async () =>
    (await other.expect('config discard\r', /(gone|CONFIG_EDITED)[\s\S]*north-1# /)).includes(
      'gone',
    ),
  )
  await other.expect('logout\r', 'logout')
  await other.closed

  const third = await sit(socket)
  await third.expect('lin\r', 'password: ')
  await third.expect(`${PASSWORD}\r`, 'north-1# ')
  await third.expect('reboot\r', /NOTHING STARTS IT AGAIN[\s\S]*name: /)
  await third.expect('north-1\r', 'reason: ')
  await third.expect('the wires are new\r', 'so does this line')
  await third.closed
  t.equal(await gate.exited, EXIT.restart)

  const told = () =>
    readJournal(join(lone.data, 'journal.db'))
      .filter(({ kind }) => kind === 'login')
      .map(({ body }) => `${body.about}: ${body.detail}`)
  t.same(told(), [
    'user added: admin at socket 1, the first',
    'login: admin at socket 1',
    'login: admin at socket 2',
    'logout: at socket 1',
    'logout: at socket 2',
    'login: admin at socket 1',
  ])
  const [why] = readJournal(join(lone.data, 'journal.db')).filter(row => row.kind === 'command')
  t.match(why?.body, { about: 'restart', by: 'lin at socket 1', reason: 'the wires are new' })
  t.notMatch(JSON.stringify(gate.lines), PASSWORD)
})

t.test('npm run console where no gate runs says so', async t => {
  const client = startChild('scripts/console.ts', ['--socket', join(tempDir(), 'none.sock')])
  t.equal(await client.exited, 1)
  t.match(client.errors(), /see that the gate runs/)
})

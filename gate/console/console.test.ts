/** The console as bytes on a line, over a whole gate in virtual time. */
import t from 'tap'
import { seeded } from '../../hardware/sim/seeded.ts'
import { runConsoleRounds } from '../testing/console/console-rounds.ts'
import { startConsoleInMemory } from '../testing/console/typed-console.ts'
import { IDLE_MS } from '../testing/console/typed-lines.ts'
import { LOGIN, PASSWORD, PROMPT, plain } from '../testing/console/typist.ts'
import { MONITOR_PAUSE_MS, PASTE_GAP_MS } from './limits.ts'

const world = await startConsoleInMemory()
t.teardown(world.close)

t.test('a pasted block makes nobody the first admin, at once or line by line', async t => {
  const word = 'wicketgate'
  for (const gapMs of [0, PASTE_GAP_MS - 1]) {
    const line = world.openLine(`after ${gapMs} ms`)
    for (const _ of ['login', 'new password', 'again', 'a command']) {
      line.type(`${word}\r`)
      await world.time.advanceAsync(gapMs)
    }
    const seen = await line.expect('', 'new password: ')
    t.match(seen, `${word} becomes the first admin`)
    t.notMatch(seen, 'again: ')
    await world.time.advanceAsync(1000)
    t.equal(line.seen(), '', 'it waits for somebody who reads the question')
    line.line.close()
  }
  t.equal(world.users.state(), 'none')
  t.same(world.notes, [])
})

t.test('the first login sets an admin, whose password is never shown', async t => {
  const lin = world.openLine('first')
  await lin.expect('Lin 1\r', /login: [\s\S]*login: /)
  await lin.expect('lin\r', 'new password: ')
  await lin.expect('short\r', 'again: ')
  t.match(await lin.expect('short\r', LOGIN), /PASSWORD_RULE/)
  await lin.expect('lin\r', 'new password: ')
  const hidden = await lin.expect(`${PASSWORD}\r`, 'again: ')
  t.match(await lin.expect('another one\r', LOGIN), /PASSWORD_DIFFERS/)
  await lin.expect('lin\r', 'new password: ')
  const seen = hidden + (await lin.expect(`${PASSWORD}\r`, 'again: '))
  await lin.expect(`${PASSWORD}\r`, 'north-1# ')
  t.notMatch(seen, PASSWORD)
  t.match(world.notes, [
    { about: 'user added', by: 'lin' },
    { about: 'login', by: 'lin', detail: 'admin at first' },
  ])
  t.match(await lin.command('who'), /lin +admin +first/)
  // Neither names nor passwords are brought back.
  t.notMatch(await lin.expect('\x1b[A\x1b[A\x1b[A\x15\r', PROMPT), PASSWORD)
  await lin.expect('logout\r', 'login: ')
})

t.test('wrong passwords slow the line down, whoever tries', async t => {
  const line = world.openLine('slow')
  const tries = { lin: 1000, nobody: 2000, 'lin ': 4000 }
  for (const [name, waitMs] of Object.entries(tries)) {
    await line.expect(`${name}\r`, 'password: ')
    const from = world.time.clock.monotonicMs()
    await line.expect('wrong\r', `the next try in ${waitMs / 1000} s`)
    line.type(`lin\r${PASSWORD}\r`)
    await world.time.advanceAsync(waitMs - (world.time.clock.monotonicMs() - from) - 100)
    t.equal(line.seen(), '', `not before ${waitMs} ms`)
    await line.expect('', 'login: ')
  }
  t.equal(world.notes.filter(({ about }) => about === 'refused').length, 3)
  await line.logIn('lin')
  t.match(await line.command('who'), /slow/, 'what was typed meanwhile was dropped')
  line.line.close()
})

t.test('a half typed line does not outlive its user: idle, lost, at the password too', async t => {
  const line = world.openLine('idle')
  await line.logIn('lin')
  await line.expect('mode A emer', 'emer')
  await world.time.advanceAsync(IDLE_MS + 1)
  t.match(await line.expect('', LOGIN), /logged out/)
  await line.logIn('lin')
  t.notMatch(await line.command(''), 'emer')
  line.type('config set gate x')
  line.line.hangUp()
  t.match(await line.expect('\r', /login: [\s\S]*login: /), /^[^x]*$/)
  await line.expect('lin\r', 'password: ')
  line.type(PASSWORD)
  line.line.hangUp()
  await line.expect('\r', /login: [\s\S]*login: /)
  line.line.close()
})

t.test('a pasted block runs line by line and stops at the first error', async t => {
  const line = world.openLine('paste')
  await line.logIn('lin')
  const block = ['show version', 'shwo lanes', 'config set gate other', 'who'].join('\r')
  const told = await line.expect(`${block}\r`, /was not run[\s\S]*north-1# /)
  t.match(told, /software[\s\S]*UNKNOWN_WORD[\s\S]*did you mean show/)
  t.match(await line.command('config compare'), /No difference/)
  line.line.close()
})

t.test('a line that is lost amid a pasted block logs out', async t => {
  const line = world.openLine('paste and pull')
  await line.logIn('lin')
  await line.expect('shwo lanes\rwho\r', 'UNKNOWN_WORD')
  line.line.hangUp()
  await world.time.advanceAsync(1000)
  line.seen()
  t.notMatch(await line.expect('\r', LOGIN), /north-1/)
  t.match(world.notes.at(-1), { about: 'logout', by: 'lin', detail: 'at paste and pull' })
  line.line.close()
})

t.test('keys: Tab, ?, abbreviations, arrows, Ctrl-C, Ctrl-Z, Ctrl-D', async t => {
  const line = world.openLine('keys')
  await line.logIn('lin')
  await line.expect('sho\tdev\t', /show devices $/)
  t.match(await line.expect('\r', PROMPT), /A\.board/)
  const explained = await line.expect('show ?', /show \r\S*$/)
  t.match(explained, /lanes[\s\S]*config[\s\S]*/)
  const rows = plain(explained).split('\n').slice(1, -1)
  t.ok(
    rows.every(row => row.length <= 80 && /^[ -~]*$/.test(row)),
    'ASCII, within the screen',
  )
  t.match(await line.expect('\x03', PROMPT), /\^C/)
  await line.expect('\x1b[A', 'show devices')
  t.match(await line.expect('\x1a\r', PROMPT), /A\.scanner/, 'Ctrl-Z stops nothing')
  const edited = await line.expect('ho\x1b[H\x1b[3~w\x1b[F\r', PROMPT)
  t.match(edited, /UNKNOWN_WORD/)
  t.match(await line.command('wxo\x1b[D\x1b[D\x1b[3~h'), /keys/)
  t.match(await line.command('sh d'), /A\.board/)
  t.match(await line.command('s'), /AMBIGUOUS/)
  t.match(await line.command('sh'), /UNFINISHED/)
  await line.expect('\x04', 'login: ')
})

t.test('live events are printed together, a moment after the first', async t => {
  const line = world.openLine('watch')
  await line.logIn('lin')
  await line.expect('monitor\r', 'ends it.')
  line.seen()
  const { reader } = world.gate.devices
  reader.become('lost')
  await world.time.advanceAsync(MONITOR_PAUSE_MS - 1)
  reader.become('ready')
  t.notMatch(line.seen(), 'A.scanner', 'not while a barrier may wait for its row')
  await world.time.advanceAsync(1)
  t.match(line.seen(), /A\.scanner lost[\s\S]*A\.scanner ready/)
  await line.expect('q', PROMPT)
  await line.expect('\x04', 'login: ')
})

t.test('noise of a wrong speed neither logs in, nor ends, nor fills the journal', async t => {
  const line = world.openLine('noise')
  const before = world.notes.length
  const random = seeded(1)
  for (let burst = 1; burst <= 40; burst++) {
    line.type(Uint8Array.from({ length: 500 }, () => random() * 256))
    await world.time.advanceAsync(1)
  }
  await world.time.advanceAsync(70_000)
  t.same(world.notes.slice(before), [])
  t.same(world.faults, [])
  line.type('\x03\r')
  await line.logIn('lin')
  line.line.close()
})

t.test('lines that nobody should type, as in npm run soak -- console', async t => {
  const { broken, lines, refusals, ...figures } = await runConsoleRounds({ rounds: 400, seed: 1 })
  t.same(broken, [])
  t.equal(lines, 400)
  const { UNKNOWN_WORD = 0, NOT_ALLOWED = 0 } = refusals
  t.ok(UNKNOWN_WORD > 50 && NOT_ALLOWED > 5, `they were run: ${JSON.stringify(refusals)}`)
  t.ok(figures.refused > 0, 'also as names and passwords')
})

/** Ctrl-R: what is found, how it is drawn, and its keys at a real pseudo terminal. */
import t from 'tap'
import { startTypedConsole } from '../testing/console/typed-console.ts'
import { LOGIN, PASSWORD, PROMPT, plain } from '../testing/console/typist.ts'
import { beginSearch, olderOne, searchRow, withChar, withoutChar } from './history-search.ts'
import { SEARCH_CHARS_MAX } from './limits.ts'

/** Newest first. */
const HISTORY = ['who', 'show trust', 'test relay A exit', 'test relay A entry', 'show lanes']

const looking = (text: string, begun = '') =>
  [...text].reduce(withChar, beginSearch(HISTORY, begun))
const row = (search: ReturnType<typeof looking>, columns = 80, utf8 = false) =>
  searchRow(search, columns, utf8)

t.test('the newest line that holds the text, then older ones, letters of either case', async t => {
  t.equal(row(looking('RELAY')), "(search)'RELAY': test relay A exit")
  t.equal(row(looking('relay a en')), "(search)'relay a en': test relay A entry")
  t.equal(row(olderOne(looking('relay'))), "(search)'relay': test relay A entry")
  t.equal(row(withChar(olderOne(looking('how')), ' ')), "(search)'how ': show lanes", 'stays there')
  t.equal(row(withoutChar(withChar(olderOne(looking('how')), 'z'))), "(search)'how': show trust")
})

t.test('what is not there is told, and the line found before stays', async t => {
  t.equal(row(looking('relayz')), "(no match)'relayz': test relay A exit")
  t.equal(row(olderOne(olderOne(looking('relay')))), "(no match)'relay': test relay A entry")
  t.equal(row(looking('zzz', 'sta')), "(no match)'zzz': sta")
  t.equal(row(withoutChar(looking('z', 'sta'))), "(search)'': sta")
  t.equal(row(withoutChar(looking('', 'sta'))), "(search)'': sta")
  t.equal(row(olderOne(looking('', 'sta'))), "(search)'': sta")
  t.equal(row(olderOne(withChar(beginSearch([], ''), 'a'))), "(no match)'a': ")
})

t.test('one row: the part that was found of a long line, wide letters, no control', async t => {
  const long = (text: string, line: string) =>
    row([...text].reduce(withChar, beginSearch([line], '')), 40, true)
  t.equal(long('x', `${'a'.repeat(60)}xyz`), "(search)'x': xyz")
  t.equal(long('a', 'a'.repeat(60)), `(search)'a': ${'a'.repeat(26)}`)
  t.equal(long('站', `${'票'.repeat(60)}站台`), "(search)'站': 站台")
  t.equal(long('票', '票'.repeat(60)), `(search)'票': ${'票'.repeat(12)}`)
  t.equal(long('\x1b', 'a\x1b[2J\u202e'), "(search)'?': a?[2J?")
  t.equal(row(withChar(beginSearch(['站台'], ''), '站')), "(search)'?': ??", 'without utf8')
  const most = 'a'.repeat(SEARCH_CHARS_MAX)
  t.equal(long(most, most).length, 39, 'the narrowest screen')
  t.equal(looking(most).text, most)
  t.equal(looking(`${most}b`).text, most, 'one more is not taken')
})

/** The row as it is drawn in the end. */
const drawn = (shown: string) => new RegExp(`\r\x1b\\[0J${shown.replaceAll(/[[()?]/g, '\\$&')}$`)

t.test('its keys, at a pseudo terminal', async t => {
  const world = await startTypedConsole()
  await world.addUser('lin', 'admin')
  const pty = await world.openPty()
  await pty.logIn('lin')
  for (const line of ['show version', 'show clock', 'who']) await pty.command(line)

  await pty.expect('\x12', drawn("(search)'': "))
  await pty.expect('ver', drawn("(search)'ver': show version"))
  t.match(plain(await pty.expect('\r', PROMPT)), /north-1# show version\nsoftware/, 'Enter runs it')

  const asBefore = drawn('north-1# sta\r\x1b[12C')
  await pty.expect('sta\x12show', drawn("(search)'show': show version"))
  await pty.expect('\x12', drawn("(search)'show': show clock"))
  await pty.expect('\x7f\x7f', drawn("(search)'sh': show version"))
  await pty.expect('\x07', asBefore)
  await pty.expect('\x12clo\x03', asBefore)
  t.match(await pty.expect('tus\r', PROMPT), /north-1 at north: running/)

  const taken = await pty.expect('\x12clock\x1b[H\x1b[3~s\r', PROMPT)
  t.match(plain(taken), /show clock\n[\s\S]*state/, 'Home, as an arrow, takes it for editing')
  t.match(await pty.expect('\x12who\x05x\r', PROMPT), /UNKNOWN_WORD.*whox/, 'Ctrl-E too')
  await pty.expect('\x12tus?', drawn("(no match)'tus?': status"))
  await pty.expect('\x07', PROMPT)
  const long = await pty.expect(`${'x'.repeat(160)}\x12`, drawn(`(search)'': ${'x'.repeat(67)}`))
  t.match(long, '\x1b[2A\r\x1b[0J(search)', 'from its first row on')
  t.match(await pty.expect('\x07', /x\r\x1b\[9C$/), `north-1# ${'x'.repeat(160)}`)
  await pty.expect('\x03', PROMPT)
  await world.close()
})

t.test('not at a login, a password or a question; of this login only', async t => {
  const world = await startTypedConsole()
  await world.addUser('lin', 'admin')
  const pty = await world.openPty()
  const told = [
    await pty.expect('\x12lin\r', 'password: '),
    await pty.expect(`\x12${PASSWORD}\r`, PROMPT),
    await pty.expect('mode A free\r', 'reason: '),
    await pty.expect('\x12a fair\r', PROMPT),
    await pty.expect('password\r', 'new password: '),
    await pty.expect('\x12\x03', PROMPT),
  ]
  t.notMatch(told.join(''), /\(search\)|\(no match\)/)
  await pty.expect('\x12fair', drawn("(no match)'fair': mode A free"))
  pty.wire.unplug()
  await pty.wire.replug()
  await pty.expect('', 'Press Enter')
  t.notMatch(await pty.expect('\r', LOGIN), /free/)
  await pty.logIn('lin')
  await pty.expect('\x12free', drawn("(no match)'free': "))
  await world.close()
})

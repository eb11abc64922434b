/** Command lines by their syntax, without a gate. */
import t from 'tap'
import { filtered, readFilter, splitPipes } from './filters.ts'
import { createGrammar, shownSyntax, tokensOf } from './grammar.ts'
import { columnsOf, plainText, shortenedTo, toTerminal } from './terminal-text.ts'
import { createSizeFilter } from './window-size.ts'

const commands = [
  'show lanes',
  'show trust',
  'shut LANE',
  'mode LANE HOW:free|closed [WAY:entry|exit]',
  'set PATH VALUE...',
  'commit [confirmed MINUTES]',
].map(syntax => ({ syntax }))
const grammar = createGrammar(commands, {
  LANE: { says: 'a lane', accepts: text => /^[A-Z]$/.test(text), known: () => ['A', 'B'] },
  PATH: { says: 'a place', accepts: text => text.length > 1 },
  VALUE: { says: 'a value', accepts: () => true },
  MINUTES: { says: 'minutes', accepts: text => /^\d+$/.test(text) },
})
const read = (line: string) => {
  const found = grammar.read(tokensOf(line))
  return found.ok
    ? [found.command.syntax, Object.fromEntries(found.given)]
    : [found.code, found.word, found.expected]
}

t.test('words may be shortened while they are unlike the others', async t => {
  t.same(read('sho l'), ['show lanes', {}])
  t.same(read('SHOW Lanes'), ['show lanes', {}])
  t.same(read('sh l'), ['AMBIGUOUS', 'sh', ['show', 'shut']])
  t.same(read('show'), ['UNFINISHED', undefined, ['lanes', 'trust']])
  t.same(read('show x'), ['UNKNOWN_WORD', 'x', ['lanes', 'trust']])
  t.same(read('show lanes now'), ['UNKNOWN_WORD', 'now', []])
  t.same(read('"show" lanes'), ['UNKNOWN_WORD', 'show', ['show', 'shut', 'mode', 'set', 'commit']])
})

t.test('words of a command that is given whole are never shortened', async t => {
  const one = createGrammar([{ syntax: 'show' }, { syntax: 'shutdown', whole: true }], {})
  const given = (line: string) => {
    const found = one.read(tokensOf(line))
    return found.ok ? found.command.syntax : found.code
  }
  t.equal(given('sh'), 'show')
  t.equal(given('shutdow'), 'UNKNOWN_WORD')
  t.equal(given('Shutdown'), 'shutdown')
  t.same(one.complete([], 'sh'), ['show', 'shutdown'], 'Tab shows it')
})

t.test('choices, values, what may be left out, the rest of a line', async t => {
  t.same(read('m A f')[1], { LANE: 'A', HOW: 'free' })
  t.same(read('mode A closed ex')[1], { LANE: 'A', HOW: 'closed', WAY: 'exit' })
  t.same(read('mode a free'), ['UNKNOWN_WORD', 'a', ['LANE']])
  t.same(read('set a.b {"x": 1} y')[1], { PATH: 'a.b', VALUE: '{ "x" : 1} y' })
  t.same(read(`set a.b "two words"`)[1], { PATH: 'a.b', VALUE: '"two words"' })
  t.same(read('commit')[1], {})
  t.same(read('com conf 5')[1], { MINUTES: '5' })
  t.same(read('commit confirmed'), ['UNFINISHED', undefined, ['MINUTES']])
  t.same(grammar.complete(tokensOf('mode'), ''), ['A', 'B'])
  t.same(grammar.complete(tokensOf('mode A'), 'c'), ['closed'])
  t.same(grammar.complete([], 'sh'), ['show', 'shut'])
  const after = grammar.next(tokensOf('mode A free'))
  t.match(after, { ends: true, nexts: [{ text: 'entry' }, { text: 'exit' }] })
  t.equal(shownSyntax('mode LANE HOW:free|closed'), 'mode LANE free|closed')
})

t.test('filters: bars outside quotes', async t => {
  t.same(splitPipes('who | grep "a|b" | last 2'), ['who', 'grep "a|b"', 'last 2'])
  t.same(splitPipes('who |'), ['who', ''])
  t.same(readFilter('grep "a|b"'), { kind: 'grep', word: 'a|b' })
  for (const wrong of ['', 'grep', 'last', 'last 0', 'last x', 'json x', 'sort']) {
    t.equal(readFilter(wrong), undefined, wrong)
  }
  const lines = ['Lane A', 'lane B', 'other']
  t.same(
    filtered(lines, 0, [
      { kind: 'grep', word: 'LANE' },
      { kind: 'last', lines: 1 },
    ]),
    ['lane B'],
  )
  t.same(filtered(lines, { a: 1 }, [{ kind: 'json' }]), ['{', '  "a": 1', '}'])
})

t.test('text for terminals', async t => {
  t.equal(toTerminal('a\nb\r\n'), 'a\r\nb\r\n')
  t.equal(toTerminal('\x1b[1G\x1b[0J\x1b[7G'), '\r\x1b[0J\r\x1b[6C', 'what minicom draws wrongly')
  t.equal(plainText('a\x1b[2J\u202e‘b’ → 站', false), "a?[2J?'b' -> ?")
  t.equal(plainText('a\x07 站', true), 'a? 站')
})

t.test('columns of a screen: wide letters take two, marks none', async t => {
  t.equal(columnsOf('a站é，！'), 8)
  t.equal(columnsOf('e\u0301'), 1)
  t.equal(shortenedTo('a站台', 4), 'a站')
  t.equal(shortenedTo('a站台', 5), 'a站台')
})

t.test('reports of a window’s size are taken out, all else passes', async t => {
  const sizes: number[][] = []
  const filter = createSizeFilter((rows, columns) => void sizes.push([rows, columns]))
  const pass = (text: string) =>
    String.fromCharCode(...[...Buffer.from(text)].flatMap(byte => [...filter.pass(byte)]))
  t.equal(pass('a\x1b[8;50;132tb\x1b[A\x1b[8~\x1bx'), 'ab\x1b[A\x1b[8~\x1bx')
  t.same(sizes, [[50, 132]])
  t.equal(pass('\x1b\x1b[B'), '\x1b\x1b[B')
})

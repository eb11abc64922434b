/** The prompt on a made-up screen of 40 columns; what a real one shows is in ways-out.test.ts. */
import { PassThrough } from 'node:stream'
import t from 'tap'
import { createTerminal } from './terminal.ts'

const COLUMNS = 40
const LINES = ['walk A', 'walk B', 'issue']

function openScreen({ isTTY = true } = {}) {
  const input = Object.assign(new PassThrough(), { isTTY, setRawMode: () => {} })
  const output = Object.assign(new PassThrough(), { isTTY, columns: COLUMNS })
  let seen = ''
  output.on('data', bytes => {
    seen += bytes
  })
  const complete = (line: string) => LINES.filter(one => one.startsWith(line))
  const terminal = createTerminal({ input, output, complete })
  return { input, output, terminal, screen: () => rowsOf(seen) }
}

/** What stands on the screen, of the few sequences that are used. */
function rowsOf(written: string): readonly string[] {
  const rows = ['']
  let [row, column] = [0, 0]
  for (const [piece] of written.matchAll(/\x1b\[(\d*)([A-Z])|[\s\S]/g)) {
    const [, number, letter] = /^\x1b\[(\d*)([A-Z])$/.exec(piece) ?? []
    const count = Number(number || 1)
    if (letter === 'A') row -= count
    else if (letter === 'B') row += count
    else if (letter === 'C') column += count
    else if (letter === 'D') column -= count
    else if (letter === 'G') column = count - 1
    else if (letter === 'J') rows.splice(row, rows.length, (rows[row] ?? '').slice(0, column))
    else if (letter === 'K') rows[row] = (rows[row] ?? '').slice(0, column)
    else if (piece === '\r') column = 0
    else if (piece === '\n') row += 1
    else {
      if (column === COLUMNS) [row, column] = [row + 1, 0]
      rows[row] = (rows[row] ?? '').slice(0, column).padEnd(column) + piece
      column += 1
    }
    rows[row] ??= ''
    // A terminal in cooked output begins a new line at its left edge.
    if (piece === '\n') column = 0
  }
  return rows
}

/** Until what was typed has been taken. */
const settled = () => new Promise(resolve => setImmediate(() => setImmediate(resolve)))

t.test('what happens stands above the line that is typed, and the line is kept', async t => {
  const { input, terminal, screen } = openScreen()
  void terminal.read(async () => true)
  input.write('wal')
  await settled()
  terminal.say('lane A: somebody went through')
  t.same(screen(), ['lane A: somebody went through', '> wal'])
  input.write('\t')
  await settled()
  terminal.say('again')
  t.match(screen().at(-1), /^> walk $/)
  terminal.close()
})

t.test('a line of several rows, its cursor in the last or the first', async t => {
  for (const keys of ['', '\x01']) {
    const { input, terminal, screen } = openScreen()
    void terminal.read(async () => true)
    const long = 'x'.repeat(2 * COLUMNS)
    // Of many letters at once readline itself loses count of its rows.
    for (const key of [...long, keys]) {
      input.write(key)
      await settled()
    }
    terminal.say('one')
    terminal.say('two')
    const rows = screen()
    t.same(rows.slice(0, 2), ['one', 'two'])
    t.equal(rows.slice(2).join('').trimEnd(), `> ${long}`)
    terminal.close()
  }
})

t.test('what is wider than the screen is broken', t => {
  const { terminal, screen } = openScreen()
  terminal.say(`20:19:24  lane A  ${'word '.repeat(8)}`.trim())
  t.ok(screen().every(row => row.length <= COLUMNS))
  t.equal(screen()[1]?.slice(0, 10).trim(), '')
  t.end()
})

t.test('what is waited for is replaced by what is said', t => {
  const shown = openScreen()
  shown.terminal.wait('starting …')
  t.same(shown.screen(), ['starting …'])
  shown.terminal.say('here')
  t.same(shown.screen(), ['here', ''])
  const piped = openScreen({ isTTY: false })
  piped.terminal.wait('starting …')
  t.same(piped.screen(), [''])
  t.end()
})

t.test('lines run one after the other; a last one, Ctrl-C and Ctrl-D end it', async t => {
  for (const keys of ['stop\r', '\x03', '\x04']) {
    const { input, terminal } = openScreen()
    const ran: string[] = []
    const ended = terminal.read(async line => {
      await settled()
      ran.push(line)
      return line !== 'stop'
    })
    input.write('one\rtwo\r')
    await settled()
    input.write(keys)
    await ended
    terminal.close()
    t.same(ran.slice(0, 2), keys === 'stop\r' ? ['one', 'two'] : ran.slice(0, 2))
  }
})

t.test('at the end of a pipe it goes on; a terminal that fails is gone', async t => {
  const piped = openScreen({ isTTY: false })
  let isEnded = false
  const ran: string[] = []
  void piped.terminal
    .read(async line => ran.push(line) > 0)
    .then(() => {
      isEnded = true
    })
  piped.input.end('one\n')
  await settled()
  t.same([ran, isEnded], [['one'], false])
  const closed = openScreen()
  closed.output.destroy(new Error('EIO'))
  await closed.terminal.gone
  piped.terminal.close()
})

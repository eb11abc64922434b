/**
 * Every prefix with every suffix, found without config: split at every byte, truncated, with noise.
 * SEEDS sets the rounds of noise for each pair (default 15).
 */
import t, { type Test } from 'tap'
import { prefixCharsMax } from '../limits.ts'
import { seeded } from '../sim/seeded.ts'
import { checkPrefix } from './frame-shape.ts'
import { createFrameParser, type FrameParserOptions } from './scanner-frame.ts'

const prefixes = {
  nothing: '',
  'AIM identifier': ']Q1',
  'ECI marker': '\\000026',
  both: ']Q2\\000026',
  'byte order mark': '\xef\xbb\xbf',
  STX: '\x02',
  'STX and AIM identifier': '\x02]Q1',
  'a configured prefix': 'LANE-4/',
}
const suffixes = {
  CR: '\r',
  LF: '\n',
  CRLF: '\r\n',
  TAB: '\t',
  EOT: '\x04',
  ETX: '\x03',
  GS: '\x1d',
  NUL: '\0',
  'CR LF ETX': '\r\n\x03',
  'CR NUL': '\r\0',
  'ETX CR LF': '\x03\r\n',
  'a pause': '',
}
const passes: readonly [string, string, string] = [
  'RP1:NCFOXN%TS3DHPVO13J /G-/2YRVA.Q4',
  'RP1:6BFOXN%TS3DHPVO13J +G-*2YRVA.Q7',
  'RP1: $ZZ0A',
]
const others: readonly [string, string] = ['WG1:6BF$+Z*8/2', '3EP 2DOZ1CNY0BMX:ALW/9KV.8JU']
/** What no text holds; a TAB counts as a blank. */
const noiseBytes = [0, 1, 2, 3, 4, 7, 0x1b, 0x1d, 0x7f, 0x80, 0xa5, 0xfe, 0xff]
const seeds = Number(process.env.SEEDS ?? 15)
const baudRate = 115_200

const bytesOf = (text: string) => Buffer.from(text, 'latin1')

/** A parser with what it read and dropped. Each push is a millisecond after the one before. */
function line(options: Partial<FrameParserOptions> = {}) {
  const texts: string[] = []
  const dropped: Record<string, number> = {}
  const parser = createFrameParser({
    baudRate,
    onDropped: (fault, bytes) => {
      dropped[fault] = (dropped[fault] ?? 0) + bytes
    },
    ...options,
  })
  let atMs = 0
  return {
    texts,
    dropped,
    bytesDropped: () => Object.values(dropped).reduce((sum, bytes) => sum + bytes, 0),
    push(bytes: Uint8Array) {
      atMs += 1
      for (const frame of parser.push(bytes, atMs)) texts.push(frame.text)
    },
    quiet(ms = 6000) {
      atMs += ms
      for (let due = parser.idleAtMs; due !== null && due <= atMs; due = parser.idleAtMs) {
        for (const frame of parser.idle(due)) texts.push(frame.text)
      }
    },
  }
}

/** A line that has carried two codes of this scanner. */
function known(options: Partial<FrameParserOptions>, before: string, after: string) {
  const one = line(options)
  for (const code of passes.slice(0, 2)) {
    one.push(bytesOf(before + code + after))
    one.quiet()
  }
  one.texts.length = 0
  for (const fault of Object.keys(one.dropped)) delete one.dropped[fault]
  return one
}

for (const [prefixName, before] of Object.entries(prefixes)) {
  const prefix = prefixName === 'a configured prefix' ? before : undefined
  for (const [suffixName, after] of Object.entries(suffixes)) {
    t.test(`${prefixName}, then ${suffixName}`, async t => {
      const codes = after === '' ? passes.slice(2) : [...passes.slice(2), ...others]
      const stream = bytesOf(codes.map(code => before + code + after).join(''))
      firstCode(t, before, after, prefix)
      splits(t, stream, codes, () => known({ prefix }, before, after))
      if (after === '') return
      truncations(t, stream, codes, before, after, () => known({ prefix }, before, after))
      noise(t, stream, codes, before + after, () => known({ prefix }, before, after))
    })
  }
}

/** Only a suffix byte before a line end, without an STX, may be the code's own last character. */
function firstCode(t: Test, before: string, after: string, prefix: string | undefined): void {
  const [first = ''] = passes
  const doubtful = after === suffixes['ETX CR LF'] && !before.startsWith('\x02')
  const one = line({ prefix })
  one.push(bytesOf(before + first + after))
  one.quiet()
  t.strictSame(one.texts, doubtful ? [] : [first], 'the very first')
  t.equal(one.bytesDropped(), doubtful ? before.length + first.length + 1 : 0)
}

type Line = ReturnType<typeof line>

function splits(t: Test, stream: Buffer, codes: readonly string[], open: () => Line): void {
  for (let cut = 0; cut <= stream.length; cut += 1) {
    const one = open()
    one.push(stream.subarray(0, cut))
    one.push(stream.subarray(cut))
    one.quiet()
    if (one.texts.join('\n') !== codes.join('\n') || one.bytesDropped() !== 0) {
      t.fail(`cut at ${cut}: ${JSON.stringify([one.texts, one.dropped])}`)
    }
  }
  const byByte = open()
  for (const byte of stream) byByte.push(Uint8Array.of(byte))
  byByte.quiet()
  t.strictSame([byByte.texts, byByte.dropped], [codes, {}], 'byte by byte')
}

/** Cut off anywhere, then all of it again. What came and was not read is told to the byte. */
function truncations(
  t: Test,
  stream: Buffer,
  codes: readonly string[],
  before: string,
  after: string,
  open: () => Line,
): void {
  let begin = 0
  let read: string[] = []
  for (const code of codes) {
    const ofCode = before.length + code.length
    for (let sent = 0; sent < ofCode; sent += 1) {
      const one = open()
      one.push(stream.subarray(0, begin + sent))
      one.quiet()
      const cut = [...one.texts]
      const lost = one.bytesDropped()
      one.push(stream)
      one.quiet()
      const good =
        cut.join('\n') === read.join('\n') &&
        one.texts.slice(cut.length).join('\n') === codes.join('\n') &&
        lost === sent &&
        one.bytesDropped() === sent
      if (!good) t.fail(`${sent} bytes of ${code}: ${JSON.stringify([one.texts, one.dropped])}`)
    }
    begin += ofCode + after.length
    read = [...read, code]
  }
}

/** Bytes are added and replaced by others that no printed code holds. */
function noise(
  t: Test,
  stream: Buffer,
  codes: readonly string[],
  around: string,
  open: () => Line,
): void {
  const foreign = noiseBytes.filter(byte => !bytesOf(around).includes(byte))
  const shown: readonly string[] = [...codes, ...passes]
  let read = 0
  for (let seed = 1; seed <= seeds; seed += 1) {
    const random = seeded(seed)
    const one = open()
    for (const byte of stream) {
      const noise = foreign[Math.floor(random() * foreign.length)] ?? 0
      const hit = random() < 0.02
      const replaced = hit && random() < 0.5
      one.push(Uint8Array.from(replaced ? [noise] : hit ? [noise, byte] : [byte]))
    }
    one.quiet()
    read += one.texts.length
    const wrong = one.texts.filter(text => !shown.includes(text))
    if (wrong.length > 0) t.fail(`seed ${seed}: ${JSON.stringify(wrong)}`)
  }
  t.ok(read > 0, `${read} codes of ${seeds * codes.length} were read`)
}

t.test('the first character turned into STX, the last into a suffix byte: nothing', async t => {
  for (const [options, after] of [
    [{}, '\r'],
    [{}, '\r\n\x03'],
    [{}, '\t'],
    [{ suffix: 'required' }, '\r'],
    [{ suffix: 'ETX' }, '\x03'],
  ] as const) {
    for (const [from, to] of [
      [0, 0x02],
      [-1, 0x03],
      [-1, 0x00],
      [-1, 0x1d],
    ] as const) {
      if (after.startsWith(String.fromCharCode(to))) continue
      for (const code of [...passes, ...others]) {
        const bytes = bytesOf(code)
        bytes[(from + bytes.length) % bytes.length] = to
        const one = known(options, '', after)
        one.push(Buffer.concat([bytes, bytesOf(`${after}${code}${after}`)]))
        one.quiet()
        t.strictSame([one.texts, one.dropped], [[code], { BROKEN: code.length }])
      }
    }
  }
})

t.test(
  'with STX a code that begins as no pass is read from the second on, with ETX at once',
  async t => {
    const [code] = others
    for (const [after, read] of [
      ['\r', 1],
      ['\r\n', 1],
      ['\x03', 2],
      ['\r\n\x03', 2],
      ['\x03\r\n', 2],
      ['\r\x04', 2],
    ] as const) {
      const one = line()
      for (let count = 0; count < 2; count += 1) {
        one.push(bytesOf(`\x02${code}${after}`))
        one.quiet()
      }
      t.equal(one.texts.length, read, JSON.stringify(after))
    }
  },
)

t.test('a scanner that is set to another suffix, or to none, is read again', async t => {
  const names = ['CR', 'TAB', 'ETX', 'NUL', 'a pause'] as const
  for (const from of names) {
    for (const to of names) {
      const one = known({}, '', suffixes[from])
      for (let count = 0; count < 6; count += 1) {
        one.push(bytesOf(passes[0] + suffixes[to]))
        one.quiet(2000)
      }
      t.ok(one.texts.length >= 2, `${from}, then ${to}: ${one.texts.length} of 6`)
      t.ok(one.texts.every(text => text === passes[0]))
      const bytes = passes[0].length + (suffixes[to] === '\r' ? 0 : suffixes[to].length)
      t.ok(one.bytesDropped() <= (6 - one.texts.length) * bytes)
    }
  }
  const strict = known({ suffix: 'required' }, '', '\r')
  for (let count = 0; count < 6; count += 1) {
    strict.push(bytesOf(passes[0]))
    strict.quiet(2000)
  }
  t.strictSame(strict.texts, [], 'not where the config says CR or LF')
  t.equal(strict.bytesDropped(), 6 * passes[0].length)
})

t.test('a suffix that the config names acts on the first code, and only it', async t => {
  for (const suffix of ['TAB', 'EOT', 'ETX', 'GS', 'NUL'] as const) {
    const one = line({ suffix })
    one.push(bytesOf(passes[0] + suffixes[suffix] + passes[1] + suffixes[suffix]))
    t.strictSame(one.texts, passes.slice(0, 2), `${suffix} at once`)
    one.push(bytesOf(passes[0]))
    one.quiet()
    t.strictSame([one.texts.length, one.dropped], [2, { CUT: passes[0].length }], 'not a pause')
  }
  const none = line({ suffix: 'none' })
  none.push(bytesOf(`${passes[0]}\r`))
  none.push(bytesOf(passes[1]))
  none.quiet(100)
  t.strictSame(none.texts, passes.slice(0, 2), 'a line end too, and it teaches nothing')
})

t.test('a configured prefix: what has none is no code, a pass excepted', async t => {
  const one = line({ prefix: 'LANE-4/' })
  one.push(bytesOf(`LANE-4/${others[0]}\r${others[0]}\rNE-4/${others[0]}\r${passes[0]}\r`))
  t.strictSame(one.texts, [others[0], passes[0]])
  for (const prefix of [undefined, 'A', 'A'.repeat(prefixCharsMax)]) checkPrefix('s', prefix)
  for (const prefix of ['', ' A', '\x02', 'A'.repeat(prefixCharsMax + 1)]) {
    t.throws(() => checkPrefix('s', prefix), { message: /^s: a prefix has 1 to 20/ })
  }
})

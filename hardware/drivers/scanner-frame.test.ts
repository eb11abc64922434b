/**
 * Every recording, cut at every byte, with noise and truncation: the same texts or fewer, never
 * another one. SEEDS sets the rounds of noise for each recording (default 40).
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { frameBytesMax } from '../limits.ts'
import { seeded } from '../sim/seeded.ts'
import { frameText } from './frame-text.ts'
import { createGm65Splitter } from './gm65.ts'
import {
  checkPause,
  createFrameParser,
  type FrameParserOptions,
  frameIdleMs,
} from './scanner-frame.ts'

interface Recording {
  readonly name: string
  readonly suffix: 'required' | 'learn'
  readonly gm65: boolean
  readonly hex: string
  readonly texts: readonly string[]
}

const file = join(import.meta.dirname, '../../fixtures/scans/recordings.json')
const recordings = JSON.parse(readFileSync(file, 'utf8')) as Recording[]
const seeds = Number(process.env.SEEDS ?? 40)
const baudRate = 115_200

function reader(recording: Recording) {
  let bytesDropped = 0
  const parser = createFrameParser({
    baudRate,
    suffix: recording.suffix,
    onDropped: (_, bytes) => {
      bytesDropped += bytes
    },
  })
  const splitter = createGm65Splitter()
  const texts: string[] = []
  let atMs = 0
  return {
    texts,
    bytesDropped: () => bytesDropped,
    push(bytes: Uint8Array, laterMs = 1) {
      atMs += laterMs
      const text = recording.gm65 ? splitter.push(bytes).text : bytes
      for (const frame of parser.push(text, atMs)) texts.push(frame.text)
    },
    idle() {
      atMs += 1000
      splitter.flush()
      for (const frame of parser.idle(atMs)) texts.push(frame.text)
    },
    reopen() {
      parser.flush()
      splitter.flush()
    },
  }
}

/** Bytes no printed code holds: what a disturbed line looks like. */
const noiseBytes = [0x00, 0x01, 0x02, 0x07, 0x1b, 0x7f, 0x80, 0xa5, 0xfe, 0xff]

for (const recording of recordings) {
  const bytes = Buffer.from(recording.hex, 'hex')

  t.test(`${recording.name}: split at every byte`, async t => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const read = reader(recording)
      read.push(bytes.subarray(0, cut))
      read.push(bytes.subarray(cut))
      read.idle()
      if (read.texts.join('\n') !== recording.texts.join('\n')) t.fail(`cut at ${cut}`)
    }
    const byByte = reader(recording)
    for (const byte of bytes) byByte.push(Uint8Array.of(byte), 0.09)
    byByte.idle()
    t.strictSame(byByte.texts, recording.texts)
    // Answers of a module are no bytes of a code.
    t.equal(byByte.bytesDropped(), recording.name.includes('over the limit') ? 5000 : 0)
  })

  if (recording.suffix !== 'required') continue

  t.test(`${recording.name}: truncated at every byte, then whole`, async t => {
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      for (const how of ['reopened', 'idle'] as const) {
        const read = reader(recording)
        read.push(bytes.subarray(0, cut))
        if (how === 'reopened') read.reopen()
        else read.idle()
        const before = read.texts.length
        const prefix = recording.texts.slice(0, before).join('\n')
        if (read.texts.join('\n') !== prefix) t.fail(`cut at ${cut}, ${how}: a wrong text`)
        // Sooner than this it would be taken for the rest of the code that was cut.
        read.push(bytes, 5000)
        const after = read.texts.slice(before)
        if (after.join('\n') !== recording.texts.join('\n')) t.fail(`after ${cut}, ${how}`)
      }
    }
    t.pass()
  })

  t.test(`${recording.name}: with noise`, async t => {
    let complete = 0
    for (let seed = 1; seed <= seeds; seed += 1) {
      const random = seeded(seed)
      const read = reader(recording)
      for (const byte of bytes) {
        if (random() < 0.004) {
          const noise = noiseBytes[Math.floor(random() * noiseBytes.length)] ?? 0
          if (random() < 0.5) {
            read.push(Uint8Array.of(noise), 0)
            continue
          }
          read.push(Uint8Array.of(noise, byte), 0)
        } else read.push(Uint8Array.of(byte), 0)
      }
      read.idle()
      for (const text of read.texts) {
        if (!recording.texts.includes(text)) t.fail(`seed ${seed}: a text that was never shown`)
      }
      if (read.texts.length === recording.texts.length) complete += 1
    }
    t.comment(`${complete} of ${seeds} runs gave every text`)
    t.pass()
  })
}

t.test('a frame of exactly the limit is read, one byte more is not', async t => {
  for (const [length, count] of [
    [frameBytesMax, 1],
    [frameBytesMax + 1, 0],
  ] as const) {
    const parser = createFrameParser({ baudRate })
    const frames = parser.push(Buffer.from(`${'A'.repeat(length)}\rB\r`), 0)
    t.equal(frames.length, count + 1, `${length} bytes`)
    t.equal(frames.at(-1)?.text, 'B')
  }
})

t.test('the pause is 30 byte times at least, and as the config says', async t => {
  t.equal(frameIdleMs(115_200), 50)
  t.equal(frameIdleMs(1200), 250)
  t.equal(frameIdleMs(115_200, true), 500)
  t.equal(frameIdleMs(115_200, true, 80), 80)
  t.equal(frameIdleMs(115_200, false, 80), 80)
  t.equal(frameIdleMs(1200, true, 80), 250)
  const parser = createFrameParser({ baudRate: 1200 })
  parser.push(Buffer.from('ABC'), 1000)
  t.equal(parser.idleAtMs, 1250)
  t.strictSame(parser.idle(1249), [])
  t.strictSame(parser.idle(1250), [{ text: 'ABC', lastByteMs: 1000 }])
  t.equal(parser.idleAtMs, null)
})

t.test('a pause out of its bounds is refused', async t => {
  for (const pauseMs of [undefined, 50, 2000]) t.doesNotThrow(() => checkPause('s', pauseMs))
  for (const pauseMs of [49, 2001, Number.NaN]) {
    t.throws(() => checkPause('s', pauseMs), { message: /^s: .* between 50 and 2000 ms/ })
  }
})

t.test('a program held up for a moment in the middle of a code still reads it', async t => {
  const parser = createFrameParser({ baudRate, suffix: 'required' })
  t.strictSame(parser.push(Buffer.from('HEL'), 0), [])
  t.strictSame(parser.idle(400), [])
  t.equal(parser.push(Buffer.from('LO\r'), 499)[0]?.text, 'HELLO')
})

/** A parser whose line is at rest, with what it read and dropped: codes, and all their bytes. */
function watched(options: Partial<FrameParserOptions> = {}) {
  const texts: string[] = []
  const faults: string[] = []
  let bytesDropped = 0
  const onDropped = (fault: string, bytes: number) => {
    bytesDropped += bytes
    if (fault !== 'REST') faults.push(fault)
  }
  const parser = createFrameParser({ baudRate, suffix: 'required', onDropped, ...options })
  const push = (text: string, atMs: number) =>
    texts.push(...parser.push(Buffer.from(text, 'latin1'), atMs).map(frame => frame.text))
  const idle = (atMs: number) => texts.push(...parser.idle(atMs).map(frame => frame.text))
  return { parser, texts, faults, bytesDropped: () => bytesDropped, push, idle }
}

t.test('a code with too long a pause in its middle: neither head nor tail', async t => {
  for (const pauseMs of [undefined, 50, 2000]) {
    const allowedMs = pauseMs ?? 500
    for (const noticed of ['by idling', 'by its rest']) {
      for (const afterMs of [0, 1, 1000, 4999 - allowedMs]) {
        const { texts, faults, bytesDropped, push, idle } = watched({ pauseMs })
        push('AAAA', 0)
        push('BBBB', allowedMs - 1)
        const cutMs = 2 * allowedMs - 1
        if (noticed === 'by idling') idle(cutMs)
        push('CCCC', cutMs + afterMs)
        push('DDDD\rNEXT\r', cutMs + afterMs + 600)
        const told = [texts, faults, bytesDropped()]
        t.strictSame(told, [['NEXT'], ['CUT'], 16], `${noticed}, ${afterMs} ms later`)
      }
    }
  }
})

t.test('a head that has no rest costs the next code for 5 s at most, noise costs none', async t => {
  const { texts, faults, push, idle } = watched()
  push('CUT', 0)
  idle(500)
  push('LOST\r', 4999)
  push('FIRST\r', 5100)
  push('CUT', 6000)
  idle(6500)
  push('SECOND\r', 11_000)
  t.strictSame(
    [texts, faults],
    [
      ['FIRST', 'SECOND'],
      ['CUT', 'CUT'],
    ],
  )
  push('\x00\xff', 20_000)
  idle(20_500)
  push('THIRD\r', 20_501)
  t.strictSame([texts.at(-1), faults.at(-1)], ['THIRD', 'BROKEN'])
})

t.test('a code that is too long, or disturbed, is dropped up to its end', async t => {
  for (const [text, fault] of [
    ['A'.repeat(frameBytesMax + 400), 'TOO_LONG'],
    [`AAAA\x80${'B'.repeat(400)}`, 'BROKEN'],
  ] as const) {
    for (let cut = 1; cut < text.length; cut += 97) {
      const { texts, faults, bytesDropped, push } = watched()
      push(text.slice(0, cut), 0)
      push(text.slice(cut), 499)
      push('\rNEXT\r\n', 900)
      t.strictSame([texts, faults, bytesDropped()], [['NEXT'], [fault], text.length])
    }
  }
  const { texts, faults, push } = watched()
  push('A'.repeat(frameBytesMax + 1), 0)
  push('TAIL\rNEXT\r', 800)
  t.strictSame([texts, faults], [['NEXT'], ['TOO_LONG']], 'and after a pause')
})

t.test('the line was lost in the middle of a code: its rest is none', async t => {
  const { parser, texts, faults, push } = watched()
  push('AAAA', 0)
  parser.flush(true)
  push('BBBB\rNEXT\r', 300)
  t.strictSame([texts, faults], [['NEXT'], ['CUT']])
  push('AAAA', 1000)
  parser.flush(true)
  push('LATER\r', 1500)
  t.equal(texts.at(-1), 'LATER')
  parser.flush(true)
  push('AT ONCE\r', 1600)
  t.equal(texts.at(-1), 'AT ONCE', 'between two codes nothing is lost')
})

t.test(
  'without a suffix only the pause ends a code; with the first one a code is whole',
  async t => {
    const { texts, faults, push, idle } = watched({ suffix: 'learn' })
    push('FIRST', 0)
    idle(50)
    t.strictSame(texts, ['FIRST'])
    push('SECOND\r', 200)
    push('CUT', 300)
    idle(900)
    push('TAIL\r', 1000)
    t.strictSame([texts, faults], [['FIRST', 'SECOND'], ['CUT']])
  },
)

t.test('a line end without a code teaches nothing, one after the rest of a code does', async t => {
  const { texts, push, idle } = watched({ suffix: 'learn' })
  push('\r', 0)
  push('FIRST', 100)
  idle(150)
  t.strictSame(texts, ['FIRST'])
})

t.test(
  'what came of a code that was given up is told at its end, at a pause, at a loss',
  async t => {
    const told: string[] = []
    const onDropped = (fault: string, bytes: number) => told.push(`${fault} ${bytes}`)
    const { parser, push, idle } = watched({ onDropped })
    push('AAAA', 0)
    push('BB', 500)
    idle(1000)
    push('CCC\r', 1100)
    t.strictSame(told.splice(0), ['CUT 4', 'REST 2', 'REST 3'])
    push('AAAA', 2000)
    push('BB', 2500)
    parser.flush(true)
    push('C\r', 2600)
    t.strictSame(told.splice(0), ['CUT 4', 'REST 2', 'REST 1'])
    push('AAAA', 3000)
    parser.flush()
    push('B\r', 3100)
    t.strictSame(told, ['CUT 4'])
  },
)

t.test('only printable text is a text', async t => {
  t.equal(frameText(Buffer.from(']Q1\\000026 A B ')), 'A B')
  t.equal(frameText(Buffer.from('\ufeff]Q1AB')), 'AB', 'a byte order mark before all')
  for (const bad of [']Q1\ufeffAB', '\ufeff\ufeffAB', '\ufeff']) {
    t.equal(frameText(Buffer.from(bad)), null)
  }
  t.equal(frameText(Buffer.from(']Q1]Q1A')), ']Q1A', 'each mark once')
  t.equal(frameText(Buffer.from('')), null)
  t.equal(frameText(Buffer.from(']Q1')), null)
  for (const bad of [0x00, 0x1f, 0x7f, 0x80, 0xff]) t.equal(frameText(Buffer.from([65, bad])), null)
})

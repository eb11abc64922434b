import t from 'tap'
import { posReports, wedgeReports } from '../sim/hid-device.ts'
import { createHidAutoDecoder } from './hid-auto.ts'
import { KEYBOARD_LAYOUTS } from './hid-layouts.ts'
import { createHidWedgeDecoder, wedgeKeys } from './hid-wedge.ts'

const printable = Array.from({ length: 95 }, (_, n) => String.fromCharCode(32 + n)).join('')
const base45 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'

/** What comes of reports that are 8 ms apart. */
function decode(decoder: ReturnType<typeof createHidWedgeDecoder>, reports: Uint8Array[]) {
  let atMs = 0
  return reports.flatMap(report => {
    atMs += 8
    return decoder.push(report, atMs).map(({ text }) => text)
  })
}

t.test('each layout types every printable character, with Caps Lock or without', async t => {
  for (const layout of KEYBOARD_LAYOUTS) {
    const missing = [...printable].filter(one => !wedgeKeys(layout).has(one)).join('')
    t.equal(missing, '', layout)
    // Blanks at a code's ends are no part of it.
    const text = `!${printable}!`
    for (const capsLock of [false, true]) {
      const reports = wedgeReports(text, { layout, capsLock })
      t.strictSame(decode(createHidWedgeDecoder({ layout }), reports), [text])
      t.strictSame(decode(createHidAutoDecoder({ layout }), reports), [text])
    }
  }
})

t.test('a code typed for another country is none, or another text: it can’t be a pass', async t => {
  for (const layout of KEYBOARD_LAYOUTS) {
    for (const other of KEYBOARD_LAYOUTS) {
      const read = decode(
        createHidWedgeDecoder({ layout }),
        wedgeReports(base45, { layout: other }),
      )
      const alike = layout === other || [layout, other].every(one => one === 'us' || one === 'uk')
      t.equal(read[0] === base45, alike, `${other} read as ${layout}`)
    }
  }
})

t.test(
  'Caps Lock that stayed on turns no later code round; a dead key spoils its code',
  async t => {
    const decoder = createHidWedgeDecoder({ layout: 'de' })
    const push = (reports: readonly Uint8Array[], atMs: number) =>
      reports.flatMap(report => decoder.push(report, atMs).map(({ text }) => text))
    const caps = wedgeReports('ab', { layout: 'de', capsLock: true })
    // The press that would switch it off again is lost.
    t.strictSame(push([...caps.slice(0, -4), ...caps.slice(-2)], 0), ['ab'])
    t.strictSame(push(wedgeReports('ab', { layout: 'de' }), 400), ['AB'])
    t.strictSame(push(wedgeReports('ab', { layout: 'de' }), 1000), ['ab'])
    const [accent, up] = wedgeReports('^', { layout: 'de' })
    if (accent === undefined || up === undefined) throw new Error('no reports')
    t.strictSame(push([accent, up, ...wedgeReports('A', { layout: 'de' })], 2000), [], 'an accent')
    t.strictSame(push(wedgeReports('A', { layout: 'de' }), 3000), ['A'])
  },
)

t.test('auto: either kind, also one after the other', async t => {
  const decoder = createHidAutoDecoder()
  const two = [...posReports('POS'), ...wedgeReports('WEDGE'), ...posReports('X'.repeat(60))]
  t.strictSame(decode(decoder, two), ['POS', 'WEDGE', 'X'.repeat(60)])
})

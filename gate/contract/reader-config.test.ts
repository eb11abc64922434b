import { readFileSync } from 'node:fs'
import t from 'tap'
import { suffixBytes } from '../../hardware/drivers/frame-shape.ts'
import { ALARMS } from './codes.ts'
import { gateConfigSchema } from './config.ts'
import { DEVICE_REMEDIES } from './device-faults.ts'
import { explainIssues } from './explain.ts'
import { type ReaderConfig, readerSchema, readersOf } from './reader-config.ts'

type Lane = Readonly<Record<string, unknown>>
const gate = {
  ...{ gate: 'g', station: 's', data: 'd' },
  service: { url: 'http://127.0.0.1:1' },
  trust: { factory: 'f' },
}
const laneOf = (more: Lane): Lane => ({
  ...{ name: 'A', direction: 'entry', board: { port: 'b' } },
  ...more,
})

/** What is wrong with a gate of these lanes. */
function said(...lanes: Lane[]): string[] {
  const config = { ...gate, lanes: lanes.map(laneOf) }
  const parsed = gateConfigSchema.safeParse(config)
  return parsed.success ? [] : explainIssues(parsed.error, config)
}

/** The names and directions of a lane's readers. */
function named(lane: Lane): string[] {
  const { lanes } = gateConfigSchema.parse({ ...gate, lanes: [laneOf(lane)] })
  return lanes.flatMap(readersOf).map(({ name, direction }) => `${name} ${direction}`)
}

const serial = { kind: 'serial', port: '/dev/s' }
const hid = { kind: 'hid', device: '0c2e:0b01', profile: 'wedge' }
const both = { direction: 'both' }

t.test('both forms come to the same: a name, a direction and a kind', async t => {
  t.same(named({ scanner: { port: 's' } }), ['A.scanner entry'])
  t.same(named({ direction: 'exit', scanner: { port: 's' } }), ['A.scanner exit'])
  t.same(named({ ...both, scanner: { port: 's' }, exitScanner: { port: 'x' } }), [
    'A.scanner entry',
    'A.exitScanner exit',
  ])
  const twoWays = [
    { ...serial, direction: 'entry' },
    { ...hid, direction: 'exit' },
    { ...serial, port: '/dev/x', direction: 'exit' },
  ]
  t.same(named({ ...both, readers: twoWays }), ['A.serial entry', 'A.hid exit', 'A.serial2 exit'])
  t.same(named({ direction: 'exit', readers: [serial] }), ['A.serial exit'])
  const { lanes } = gateConfigSchema.parse({ ...gate, lanes: [laneOf({ readers: [serial, hid] })] })
  t.match(lanes[0]?.readers, [
    { baudRate: 9600, suffix: 'learn' },
    { profile: 'wedge', layout: 'us' },
  ])
})

t.test('what a serial scanner adds to a code: each name that its driver knows', async t => {
  const suffixes = ['learn', 'required', 'none', ...Object.keys(suffixBytes)]
  for (const suffix of suffixes) {
    for (const lane of [{ readers: [{ ...serial, suffix }] }, { scanner: { port: 's', suffix } }]) {
      t.same(said(lane), [], suffix)
    }
  }
  const prefixed = (prefix: string) => said({ readers: [{ ...serial, prefix }] })
  t.same(prefixed('LANE-4/'.padEnd(20, 'A')), [])
  for (const prefix of ['', '\x02', 'A'.repeat(21)]) t.match(prefixed(prefix), [/\.prefix: /])
  t.match(said({ readers: [{ ...serial, suffix: 'CR' }] }), [/suffix: must be "learn" or/])
})

t.test(
  'the example of the readers’ page is a lane, and its codes are those of the gate',
  async t => {
    const page = readFileSync(new URL('../../hardware/drivers/readers.md', import.meta.url), 'utf8')
    const lane = JSON.parse(/```json\n([^`]*)```/.exec(page)?.[1] ?? '')
    t.same(said(lane), [])
    for (const one of lane.readers) t.ok(readerSchema.safeParse(one).success, one.kind)
    t.same(new Set(lane.readers.map(({ kind }: ReaderConfig) => kind)).size, 3, 'of each kind')
    const codes = new Set<string>([...Object.keys(ALARMS), ...Object.keys(DEVICE_REMEDIES)])
    const named = page.match(/\b(DEVICE|SCANNER|READER|CAMERA)_[A-Z]+/g) ?? []
    t.ok(named.length > 5)
    for (const code of named) t.ok(codes.has(code), code)
  },
)

t.test('a list that can’t work is refused, with what to write', async t => {
  const rows: [Lane, RegExp][] = [
    [{}, /^lanes\.0\.readers: a lane needs a reader/],
    [{ readers: [] }, /^lanes\.0\.readers: too small, at least 1/],
    [{ readers: [serial], scanner: { port: 's' } }, /^lanes\.0\.scanner: .*move it into that list/],
    [{ readers: [serial], exitScanner: { port: 's' } }, /^lanes\.0\.exitScanner: .*"readers" too/],
    [{ readers: [{ port: 's' }] }, /^lanes\.0\.readers\.0\.kind: .*"serial" or "hid" or "camera"/],
    [{ readers: [{ ...serial, kind: 'usb' }] }, /readers\.0\.kind: kind must be "serial" or "hid"/],
    [{ readers: [{ ...serial, layout: 'us' }] }, /readers\.0\.layout: unknown key/],
    [{ readers: [serial, serial] }, /A\.serial and A\.serial2 have the same port \/dev\/s: each/],
    [{ readers: [hid, { ...hid, device: '0C2E:0B01' }] }, /the same device 0c2e:0b01: each needs/],
    [{ readers: [{ kind: 'hid' }, { kind: 'hid' }] }, /the same HID scanner, which neither names/],
    [{ readers: [{ kind: 'hid', profile: 'wedge' }] }, /readers\.0\.device: .*must be named/],
    [{ readers: [{ ...hid, device: 'COM3' }] }, /readers\.0\.device: /],
    [{ readers: [{ ...hid, path: '/dev/hidraw0' }] }, /readers\.0\.path: /],
    [{ readers: [{ ...hid, layout: 'es' }] }, /layout: must be "us" or "uk" or "de" or "fr"/],
    [{ readers: [{ ...serial, direction: 'exit' }] }, /0\.direction: .*own direction is "entry"/],
    [{ ...both, readers: [serial] }, /readers\.0\.direction: must be "entry" or "exit"/],
    [{ ...both, readers: [{ ...serial, direction: 'exit' }] }, /no reader .* direction "entry"/],
    [{ ...both, scanner: { port: 's' } }, /exitScanner: a lane for both ways needs one/],
  ]
  for (const [lane, expected] of rows) t.match(said(lane), [expected])
  t.same(
    said({ readers: [hid, { ...hid, path: '1-1.2' }, { ...hid, device: '0c2e:0b01:S1' }] }),
    [],
  )
  const camera = { kind: 'camera', source: { type: 'mjpeg', url: 'http://a:secret@camera/' } }
  t.same(said({ readers: [serial, hid, camera] }), [])
  const [twice = ''] = said({ readers: [camera, camera] })
  t.match(twice, /A\.camera and A\.camera2 have the same camera url: each needs its own/)
  t.notMatch(twice, 'secret')
  const pictures = { kind: 'camera', source: { type: 'folder' } }
  t.match(said({ readers: [pictures] }), [/readers\.0\.source\.path: expected a text/])
  const screen = { kind: 'camera', source: { type: 'screen' } }
  t.match(said({ readers: [screen] }), [/source\.type: type must be "ffmpeg" or "rpicam" or/])
  const two = [{ readers: [hid] }, { name: 'B', board: { port: 'b2' }, readers: [hid] }] as const
  t.match(said(...two), [/^lanes: A\.hid and B\.hid have the same device 0c2e:0b01: each/])
})

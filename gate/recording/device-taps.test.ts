/** Ears at real drivers: what a reader sent raw is heard once, what only has a text as a text. */
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createHandBoard, createHandReader } from '../../fixtures/hand-devices.ts'
import { createSerialScanner } from '../../hardware/drivers/scanner-serial.ts'
import type { ByteTransport } from '../../hardware/ports.ts'
import { gateConfigSchema } from '../contract/config.ts'
import { readersOf } from '../contract/reader-config.ts'
import { tapDevices } from './device-taps.ts'

const { lanes } = gateConfigSchema.parse({
  ...{ gate: 'g', station: 's', data: 'd' },
  service: { url: 'http://127.0.0.1:1' },
  trust: { factory: 'f' },
  lanes: [
    {
      ...{ name: 'A', direction: 'entry', board: { port: 'board' } },
      readers: [
        { kind: 'serial', port: 'scanner' },
        { kind: 'camera', source: { type: 'folder', path: 'frames' } },
      ],
    },
  ],
})

t.test('bytes of a serial reader, texts of a camera, contacts, losses', async t => {
  const time = createVirtualTime()
  const heard: string[] = []
  const board = createHandBoard(new Set())
  const camera = createHandReader(time, 'A.camera')
  let send: (bytes: Uint8Array) => void = () => {}
  const port: ByteTransport = {
    name: 'A.serial',
    onState(listener) {
      listener({ state: 'ready' })
      return () => {}
    },
    onBytes(listener) {
      send = listener
      return () => {}
    },
    write: async () => {},
    close: async () => {},
  }
  const tapped = tapDevices(
    {
      openBoard: () => board,
      openReader: (_lane, { name, config }, onRaw) =>
        config.kind === 'serial'
          ? createSerialScanner({
              ...{ name, port, baudRate: 9600, random: () => 0.5, onRaw },
              ...{ timers: time.timers, clock: time.clock },
            })
          : camera,
    },
    {
      onState: (device, state) => heard.push(`${device} ${state}`),
      onContact: (lane, contact, active) => heard.push(`${lane} ${contact} ${active}`),
      onRaw: (reader, is, bytes) => heard.push(`${reader} ${is} ${[...bytes]}`),
      onText: (reader, text) => heard.push(`${reader} ${text}`),
    },
  )
  const [lane] = lanes
  if (lane === undefined) throw new Error('no lane')
  tapped.openBoard(lane)
  const read: string[] = []
  for (const one of readersOf(lane)) {
    tapped.openReader(lane, one).onReading(({ text }) => read.push(text))
  }
  t.same(heard.splice(0), ['A.board connecting', 'A.serial ready', 'A.camera connecting'])
  send(Buffer.from('AB\r'))
  camera.read('CD')
  await time.advanceAsync(1000)
  t.same(read.sort(), ['AB', 'CD'], 'the readers read as before')
  t.same(heard.splice(0), ['A.serial bytes 65,66,13', 'A.camera CD'])
  board.setContact('beamA', true)
  camera.become('lost')
  t.same(heard.splice(0), ['A beamA true', 'A.camera lost'])
  board.setContact('fire', true)
  board.become('lost')
  board.contacts.isActive = () => false
  board.become('ready')
  board.become('ready')
  t.same(
    heard,
    ['A fire true', 'A.board lost', 'A.board ready', 'A fire false', 'A.board ready'],
    'a loop that was closed meanwhile',
  )
})

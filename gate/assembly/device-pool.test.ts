import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createHandBoard, createHandReader } from '../../fixtures/hand-devices.ts'
import type { Relay } from '../../hardware/ports.ts'
import { gateConfigSchema, type LaneConfig } from '../contract/config.ts'
import { type LaneReaderConfig, readersOf } from '../contract/reader-config.ts'
import { createDevicePool } from './device-pool.ts'

function configOf(...lanes: object[]) {
  return gateConfigSchema.parse({
    gate: 'g',
    station: 's',
    data: 'd',
    service: { url: 'http://127.0.0.1:1' },
    trust: { factory: 'f' },
    lanes: lanes.map(lane => ({
      ...{ name: 'A', direction: 'entry', board: { port: 'b' }, scanner: { port: 's' } },
      ...lane,
    })),
  })
}
const laneOf = (lane = {}) => configOf(lane).lanes[0] as LaneConfig
const readerOf = (lane: LaneConfig) => readersOf(lane)[0] as LaneReaderConfig

/** Real loans of hand-moved devices; `closed` names those that were closed for good. */
function createDesk() {
  const time = createVirtualTime()
  const energised = new Set<Relay>()
  const closed: string[] = []
  const boards: ReturnType<typeof createHandBoard>[] = []
  const readers: ReturnType<typeof createHandReader>[] = []
  const kept = createDevicePool({
    openBoard({ name }) {
      const board = createHandBoard(energised)
      boards.push(board)
      return { ...board, close: async () => void closed.push(`${name}.board`) }
    },
    openReader(_lane, { name }) {
      const reader = createHandReader(time, name)
      readers.push(reader)
      return { ...reader, close: async () => void closed.push(reader.name) }
    },
  })
  return { kept, boards, readers, energised, closed }
}

t.test('a board is lent again as it is: ready at once, each active contact told', async t => {
  const { kept, boards, energised } = createDesk()
  const first = kept.openBoard(laneOf())
  const [board] = boards
  const told: string[] = []
  const listen = (name: string, from: typeof first) => {
    from.contacts.onContact((contact, on) => told.push(`${name} ${contact} ${on}`))
    from.onState(({ state }) => told.push(`${name} ${state}`))
  }
  listen('one', first)
  board?.become('ready')
  board?.setContact('tamper', true)
  t.same(told.splice(0), ['one connecting', 'one ready', 'one tamper true'])
  first.barrier.energise('entry')
  first.signals.lamp('arrow', true)
  await first.close()
  t.equal(energised.size, 0, 'given back at rest')
  t.same(board?.shown(), [])
  told.length = 0
  const second = kept.openBoard(laneOf({ timing: { waitMs: 2000 }, modes: { entry: 'free' } }))
  listen('two', second)
  t.same(told.splice(0), ['two ready', 'two tamper true'])
  board?.setContact('tamper', false)
  t.same(told, ['two tamper false'], 'who gave it back hears nothing more')
  t.equal(boards.length, 1)
})

t.test('a reader is lent again; its old listeners are gone', async t => {
  const { kept, readers } = createDesk()
  const read: string[] = []
  const first = kept.openReader(laneOf(), readerOf(laneOf()))
  first.onReading(({ text }) => read.push(`one ${text}`))
  await first.close()
  const other = laneOf({ policy: { takesPaper: true } })
  const second = kept.openReader(other, readerOf(other))
  second.onReading(({ text }) => read.push(`two ${text}`))
  first.onDropped?.(fault => read.push(`one ${fault}`))
  await first.close()
  second.onDropped?.(fault => read.push(`two ${fault}`))
  readers[0]?.drop('CUT')
  t.same(read.splice(0), ['two CUT'])
  readers[0]?.read('x')
  t.same(read, ['two x'])
  t.equal(readers.length, 1)
})

t.test('what another config does not use as it is, is closed before', async t => {
  const { kept, closed, boards } = createDesk()
  const lanes = [laneOf(), laneOf({ name: 'B', board: { port: 'b2' } })]
  for (const lane of lanes) {
    kept.openBoard(lane)
    kept.openReader(lane, readerOf(lane))
  }
  const pins = { board: { port: 'b', pins: { entry: 4 } } }
  await kept.readyFor(configOf(pins, { name: 'B', board: { port: 'b2' } }))
  t.same(closed.splice(0), ['A.board'])
  kept.openBoard(laneOf(pins))
  t.equal(boards.length, 3, 'opened anew')
  await kept.readyFor(configOf({ ...pins, scanner: { port: 's', baudRate: 19_200 } }))
  t.same(closed.splice(0).sort(), ['A.scanner', 'B.board', 'B.scanner'], 'A’s board stays')
  await kept.close()
  t.same(closed, ['A.board'])
})

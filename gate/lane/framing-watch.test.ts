/** SCANNER_FRAMING: after five codes dropped in a row, until one is read. */
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { createSerialScanner } from '../../hardware/drivers/scanner-serial.ts'
import type { ReadFault } from '../../hardware/ports.ts'
import { createMemoryWire } from '../../hardware/sim/memory-wire.ts'
import { createSimScanner } from '../../hardware/sim/scanner.ts'
import { FRAMING_BYTES_MIN, FRAMING_DROPS } from '../limits.ts'
import { followReaders } from './lane-readers.ts'

/** What was told of it since the last call, as `on detail`. */
function createFramingRows({ journal }: VirtualLane): () => string[] {
  let seen = 0
  return () => {
    const rows = (journal.pending()?.rows ?? []).slice(seen)
    seen += rows.length
    return rows.flatMap(({ body }) => {
      const { code, on, detail } = JSON.parse(body ?? '{}')
      return code === 'SCANNER_FRAMING' ? [`${on} ${detail}`] : []
    })
  }
}

async function gateWithTwo() {
  const readers = [
    { kind: 'serial', port: 's' },
    { kind: 'serial', port: 'x' },
  ]
  const gate = await createVirtualLane({ readers })
  const rows = createFramingRows(gate)
  const drop = async (name: string, fault: ReadFault, bytes?: number, times = 1) => {
    for (let time = 0; time < times; time += 1) gate.readers.get(name)?.drop(fault, bytes)
    await gate.time.advanceAsync(1)
  }
  const read = async (name: string) => {
    gate.readers.get(name)?.read('HELLO')
    await gate.time.advanceAsync(1)
  }
  return { gate, rows, drop, read }
}

t.test('five in a row raise it, with what to do; a code that is read ends it', async t => {
  const { rows, drop, read } = await gateWithTwo()
  await drop('A.serial', 'CUT', 200, FRAMING_DROPS - 1)
  t.same(rows(), [])
  await drop('A.serial', 'REST', 200)
  t.match(rows(), [/^true A\.serial: CUT 4, REST 1; .*no suffix: set CR/])
  await drop('A.serial', 'CUT', 200, 20)
  t.same(rows(), [], 'once')
  await read('A.serial2')
  t.same(rows(), [], 'another reader’s code')
  await drop('A.serial2', 'BROKEN', 40, FRAMING_DROPS)
  t.match(rows(), [/^true A\.serial: CUT 4.* · A\.serial2: BROKEN 5; .*its speed/])
  await read('A.serial')
  t.match(rows(), [/^true A\.serial2: BROKEN 5/])
  await read('A.serial2')
  t.same(rows(), ['false codes are read again'])
  await read('A.serial2')
  t.same(rows(), [])
})

t.test('codes that are read between, and noise on a line at rest, raise nothing', async t => {
  const { rows, drop, read } = await gateWithTwo()
  for (let round = 0; round < 5; round += 1) {
    await drop('A.serial', 'CUT', 200, FRAMING_DROPS - 1)
    await read('A.serial')
  }
  await drop('A.serial', 'BROKEN', FRAMING_BYTES_MIN - 1, 100)
  t.same(rows(), [])
  await drop('A.serial', 'BROKEN', FRAMING_BYTES_MIN, FRAMING_DROPS)
  t.equal(rows().length, 1)
})

t.test('a reader that counts no bytes raises it too, and the lane goes on', async t => {
  const { gate, rows, drop } = await gateWithTwo()
  await drop('A.serial', 'BROKEN', undefined, FRAMING_DROPS)
  t.equal(rows().length, 1)
  t.same(gate.lane.view().state.name, 'Locked')
  t.same(gate.lane.unread(), { BROKEN: FRAMING_DROPS })
  await drop('A.serial', 'REST', 10)
  t.same(gate.lane.unread(), { BROKEN: FRAMING_DROPS }, 'the rest of a code is no other code')
})

t.test('a real scanner without the suffix that the config demands, until it is set', async t => {
  const time = createVirtualTime()
  const wire = createMemoryWire({ name: 's', ...time, baudRate: 115_200 })
  const reader = createSerialScanner({
    ...{ name: 'A.serial', port: wire.transport, baudRate: 115_200, suffix: 'required' },
    ...{ random: () => 0.5, ...time },
  })
  const told: string[] = []
  const read: string[] = []
  const readers = followReaders({
    readers: [{ direction: 'entry', reader }],
    feed: input => {
      if (input.type === 'alarm') told.push(`${input.on} ${input.detail}`)
    },
    onDevice: () => {},
    onRead: () => {},
    onReading: (_, { text }) => read.push(text),
    onDropped: () => {},
  })
  const show = async (suffix: string) => {
    createSimScanner({ wire, suffix }).sendText('RP1:ABCDEF')
    await time.advanceAsync(2000)
  }
  await time.advanceAsync(1000)
  for (let shown = 1; shown <= FRAMING_DROPS; shown += 1) {
    t.same(told, [], `${shown - 1} shown`)
    await show('')
  }
  t.match(told, [/^true A\.serial: REST 4, CUT 1; .*set CR on it/])
  await show('\r')
  await show('\r')
  t.same([read, told.at(-1)], [['RP1:ABCDEF'], 'false codes are read again'])
  readers.end()
  await reader.close()
})

/** Several readers a direction: the lane goes on with one, says which are lost, decides a code once. */
import t, { type Test } from 'tap'
import { createVirtualLane, type VirtualLane } from '../../fixtures/virtual-lane.ts'
import { SAME_CODE_MS, SAME_CODES_MAX } from '../limits.ts'
import { createSameCode } from './same-code.ts'

const readers = [
  { kind: 'serial', port: 's' },
  { kind: 'hid', device: '0c2e:0b01' },
]
const bothWays = {
  direction: 'both',
  readers: [
    ...readers.map(one => ({ ...one, direction: 'entry' })),
    { kind: 'serial', port: 'x', direction: 'exit' },
  ],
}

function reader({ readers: all }: VirtualLane, name: string) {
  const one = all.get(name)
  if (one === undefined) throw new Error(`no reader ${name}`)
  return one
}

/** Alarm rows as `CODE on detail`. */
function alarms({ journal }: VirtualLane): string[] {
  return (journal.pending()?.rows ?? []).flatMap(({ kind, body }) => {
    if (kind !== 'alarm') return []
    const { code, on, detail } = JSON.parse(body ?? '{}')
    return [`${code} ${on} ${detail}`]
  })
}

async function move(
  gate: VirtualLane,
  name: string,
  to: 'connecting' | 'ready' | 'lost',
): Promise<void> {
  reader(gate, name).become(to)
  await gate.time.advanceAsync(1)
}

async function admits(t: Test, gate: VirtualLane, name: string, cti: number): Promise<void> {
  reader(gate, name).read(await gate.code({ cti }))
  await gate.time.advanceAsync(10)
  t.same([...gate.energised], ['entry'], `${name} opens`)
  await gate.contact('passA', true)
  await gate.contact('passA', false)
  await gate.time.advanceAsync(100)
}

t.test(
  'a lane goes on while one reader of each direction works, and says which are lost',
  async t => {
    const gate = await createVirtualLane({ readers })
    const out = () => gate.lane.view().out
    await admits(t, gate, 'A.serial', 1)
    await admits(t, gate, 'A.hid', 2)
    await move(gate, 'A.hid', 'lost')
    t.same([out(), gate.lane.lostReaders()], [[], ['A.hid']])
    await admits(t, gate, 'A.serial', 3)
    await move(gate, 'A.hid', 'connecting')
    t.same(gate.lane.lostReaders(), ['A.hid'], 'as lost as before while it is looked for')
    await move(gate, 'A.hid', 'lost')
    await move(gate, 'A.serial', 'lost')
    t.same([out(), gate.lane.lostReaders()], [['SCANNER_LOST'], ['A.serial', 'A.hid']])
    await move(gate, 'A.hid', 'ready')
    t.same([out(), gate.lane.lostReaders()], [[], ['A.serial']])
    await admits(t, gate, 'A.hid', 4)
    await move(gate, 'A.serial', 'ready')
    t.same(alarms(gate), [
      'READER_LOST true A.hid: unplugged',
      'READER_LOST true A.serial: unplugged · A.hid: unplugged',
      'SCANNER_LOST true A.serial: unplugged · A.hid: unplugged',
      'READER_LOST true A.serial: unplugged',
      'SCANNER_LOST false back',
      'READER_LOST false all readers are back',
    ])
  },
)

t.test('one that is missing at the start holds nothing up; both directions are needed', async t => {
  const gate = await createVirtualLane(bothWays, undefined, { scanners: false })
  const state = () => gate.lane.view().state.name
  await move(gate, 'A.hid', 'lost')
  await move(gate, 'A.serial', 'ready')
  t.equal(state(), 'Starting')
  await move(gate, 'A.serial2', 'ready')
  t.equal(state(), 'Locked')
  t.same(alarms(gate), ['READER_LOST true A.hid: unplugged'])
  await move(gate, 'A.serial2', 'lost')
  t.same(gate.lane.view().out, ['SCANNER_LOST'], 'nobody could leave')
  const alone = await createVirtualLane()
  await alone.scanner('lost')
  t.same(alarms(alone), ['SCANNER_LOST true A.scanner: unplugged'], 'one reader, one alarm')
})

t.test('one code before two readers is one scan, told of the first', async t => {
  const gate = await createVirtualLane({ readers })
  const text = await gate.code()
  reader(gate, 'A.hid').read(text)
  reader(gate, 'A.serial').read(text)
  await gate.time.advanceAsync(10)
  await gate.contact('passA', true)
  await gate.contact('passA', false)
  await gate.time.advanceAsync(SAME_CODE_MS - 11)
  reader(gate, 'A.serial').read(text)
  await gate.time.advanceAsync(10)
  t.same(gate.rows(), ['grant ADMIT', 'passage'])
  const grant = gate.journal.pending()?.rows.find(({ kind }) => kind === 'grant')
  t.match(JSON.parse(grant?.body ?? ''), { source: 'A.hid' })
  await gate.time.advanceAsync(SAME_CODE_MS)
  reader(gate, 'A.hid').read(text)
  await gate.time.advanceAsync(10)
  t.equal(gate.rows().at(-1), 'scan ALREADY_USED', 'later it is a scan of its own')
})

t.test('a code that is refused is refused once, and told of the first', async t => {
  const gate = await createVirtualLane({ readers })
  reader(gate, 'A.hid').read('NO PASS')
  await gate.time.advanceAsync(SAME_CODE_MS - 1)
  reader(gate, 'A.serial').read('NO PASS')
  await gate.time.advanceAsync(10)
  t.same(gate.rows(), ['scan MALFORMED'])
  await gate.time.advanceAsync(SAME_CODE_MS)
  reader(gate, 'A.serial').read('NO PASS')
  await gate.time.advanceAsync(10)
  t.same(gate.rows(), ['scan MALFORMED', 'scan MALFORMED'])
})

t.test('a code that waits for the passage before it keeps its reader', async t => {
  const gate = await createVirtualLane({ readers })
  reader(gate, 'A.serial').read(await gate.code({ cti: 1 }))
  await gate.time.advanceAsync(10)
  await gate.contact('passA', true)
  reader(gate, 'A.hid').read(await gate.code({ cti: 2 }))
  await gate.time.advanceAsync(10)
  t.equal(gate.lane.waitingScans(), 1)
  await gate.contact('passA', false)
  await gate.time.advanceAsync(1000)
  const grants = (gate.journal.pending()?.rows ?? []).filter(({ kind }) => kind === 'grant')
  t.match(
    grants.map(({ body }) => JSON.parse(body ?? '')),
    [{ source: 'A.serial' }, { source: 'A.hid' }],
  )
})

t.test('what counts as the same code', async t => {
  const same = createSameCode()
  const isNew = (text: string, from: string, lastByteMs: number) =>
    same.isNew({ text, lastByteMs }, from)
  t.equal(isNew('X', 'one', 0), true)
  t.equal(isNew('Y', 'two', 1), true, 'another code between')
  t.equal(isNew('X', 'two', 2), false)
  t.equal(isNew('X', 'one', 2001), false, 'the other one saw it since')
  t.equal(isNew('Y', 'two', 2002), true, 'what one reader gives again is its own affair')
  t.equal(isNew('Z', 'one', 3000), true)
  t.equal(isNew('Z', 'two', 3000 + SAME_CODE_MS - 1), false)
  t.equal(isNew('Z', 'one', 3000 + 2 * SAME_CODE_MS - 1), true, 'at the limit')
  for (let n = 0; n < SAME_CODES_MAX; n += 1) isNew(`N${n}`, 'one', 20_000)
  t.equal(isNew('N1', 'two', 20_000), false)
  for (let n = 0; n < SAME_CODES_MAX; n += 1) isNew(`M${n}`, 'one', 20_000)
  t.equal(isNew('N2', 'two', 20_000), true, 'bounded')
})

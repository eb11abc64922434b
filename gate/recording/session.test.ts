/** What a recording knows when it begins: all at one moment, however long it takes to tell. */
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import type { GrantBody } from '../contract/events.ts'
import type { RecordedLine } from '../contract/recording.ts'
import { RECORDING_PIECE_FACTS } from '../limits.ts'
import type { SnapshotUse } from '../memory/packed-memory.ts'
import { PLAYED_HEADER, playGate } from '../testing/recording/played-gate.ts'
import { createRecorder } from './recorder.ts'

const ctiOf = (n: number) => n.toString(16).padStart(32, '0')
const usedCode = (n: number): SnapshotUse => ({
  ...{ cti: ctiOf(n), presentedAt: n, lane: 'A', direction: 'entry' },
  ...{ outcome: 'annulled', atMs: n, grants: 1 },
})
const grantOf = (n: number): GrantBody => ({
  ...{ code: 'ADMIT', direction: 'entry', area: 'north', cti: ctiOf(n), presentedAt: n },
  ...{ source: 'A.scanner', flags: [], trace: [] },
})
const REF = { epoch: 'e'.repeat(16), seq: 1 }

/** A gate of these lanes that knows so many used codes; `lines` are those of its recording. */
function open(lanes: readonly string[], codes: number) {
  const time = createVirtualTime(1_000_000)
  const presentations = Array.from({ length: codes }, (_, n) => usedCode(n + 1))
  const { gate, memory, ...hands } = playGate(lanes, { presentations, visits: [] })
  const recorder = createRecorder({ ...time, onFault: what => t.fail(what) })
  let text = ''
  const file = {
    path: 'a.recording',
    async append(more: string) {
      text += more
    },
    finish: async () => {},
    discard: async () => {},
  }
  const header = { ...PLAYED_HEADER, by: 'lin', minutes: 1 }
  /** As its lane grants it. */
  function grant(lane: string, n: number): void {
    const body = grantOf(n)
    memory.apply({ at: time.clock.nowMs(), lane, kind: 'grant', body })
    hands.become(lane, { name: 'Admitting', grant: body, ref: REF, over: false })
    recorder.onStep(lane, [{ type: 'recordGrant', body }], time.clock.nowMs())
  }
  function passes(lane: string, n: number): void {
    const { direction, area, cti } = grantOf(n)
    const body = { grant: REF, direction, area, ...(cti && { cti }) }
    memory.apply({ at: time.clock.nowMs(), lane, kind: 'passage', body }, grantOf(n))
    hands.become(lane, { name: 'Locked' })
    recorder.onStep(lane, [{ type: 'record', kind: 'passage', body }], time.clock.nowMs())
  }
  return {
    ...{ time, recorder, grant, passes, ...hands },
    begin: () => recorder.start({ gate, file, header, hasRoom: async () => true }),
    async lines() {
      await recorder.end('off')
      const [, ...rest] = text.trimEnd().split('\n')
      return rest.map(line => JSON.parse(line) as RecordedLine)
    },
  }
}

/** What is known of a code in the end, as a replay reads it. */
const outcomeOf = (lines: readonly RecordedLine[], n: number) =>
  lines.findLast(line => line.is === 'use' && line.cti === ctiOf(n)) as { outcome?: string }

t.test('a code that is used while it is told what is known is told as it is then', async t => {
  const { begin, time, grant, passes, lines } = open(['A'], RECORDING_PIECE_FACTS * 2)
  begin()
  // Its turn comes after the first piece.
  time.timers.after(0, () => {
    grant('A', 1)
    passes('A', 1)
  })
  await time.advanceAsync(10)
  const told = await lines()
  t.match(outcomeOf(told, 1), { outcome: 'passed' })
  t.match(outcomeOf(told, 2), { outcome: 'annulled' })
  const rows = told.filter(({ is }) => is === 'row')
  t.same(rows, [], 'it came before')
  t.equal(told.filter(({ is }) => is === 'use').length, RECORDING_PIECE_FACTS * 2 + 1)
})

t.test('a lane begins when it rests; what its grant became is known then', async t => {
  const { begin, time, grant, passes, lines } = open(['A', 'B', 'C'], 0)
  grant('A', 1)
  grant('C', 3)
  begin()
  await time.advanceAsync(1000)
  grant('B', 2)
  await time.advanceAsync(1000)
  passes('A', 1)
  await time.advanceAsync(1000)
  passes('B', 2)
  passes('C', 3)
  const told = await lines()
  const begun = told.filter(line => line.is === 'begins')
  t.match(begun, [
    { lane: 'B', ms: 0 },
    { lane: 'A', ms: 2000 },
    { lane: 'C', ms: 3000 },
  ])
  for (const n of [1, 3]) t.match(outcomeOf(told, n), { outcome: 'passed' })
  t.equal(outcomeOf(told, 2), undefined, 'its passage is in the recording')
  const rows = told.flatMap(line => (line.is === 'row' ? [`${line.lane} ${line.kind}`] : []))
  t.same(rows, ['B grant', 'A passage', 'B passage', 'C passage'])
})

t.test('a clock that is set is told with its time, one that is not is told once', async t => {
  const { begin, time, setClock, lines } = open(['A'], 0)
  begin()
  await time.advanceAsync(500)
  setClock(7_000)
  setClock(7_000)
  const clocks = (await lines()).filter(line => line.is === 'clock')
  t.match(clocks, [
    { ms: 0, clock: { anchorMs: 0, anchorMonotonicMs: 0 } },
    { ms: 500, clock: { anchorMs: 7_000 } },
  ])
  t.equal(clocks.length, 2)
})

t.test('devices stand as they are when it begins, and are told when they change', async t => {
  const { begin, time, recorder, lines } = open(['A'], 0)
  recorder.onState('A.board', 'ready')
  recorder.onState('A.scanner', 'lost')
  begin()
  recorder.onContact('A', 'beamA', true)
  await time.advanceAsync(300)
  recorder.onState('A.scanner', 'ready')
  recorder.onRaw('A.scanner', 'bytes', Uint8Array.of(65, 13))
  const told = (await lines()).filter(({ is }) => ['device', 'contact', 'bytes'].includes(is))
  t.same(told, [
    { is: 'device', ms: 0, device: 'A.board', state: 'ready' },
    { is: 'device', ms: 0, device: 'A.scanner', state: 'lost' },
    { is: 'device', ms: 300, device: 'A.scanner', state: 'ready' },
    { is: 'bytes', ms: 300, reader: 'A.scanner', bytes: 'QQ0=' },
  ])
})

t.test('after its end nothing is heard', async t => {
  const { begin, time, recorder, setClock, lines } = open(['A'], 0)
  recorder.onText('A.scanner', 'before it began')
  begin()
  await time.advanceAsync(10)
  const told = await lines()
  setClock(1)
  recorder.onText('A.scanner', 'too late')
  await time.advanceAsync(120_000)
  t.same(await lines(), told)
  t.notMatch(JSON.stringify(told), /too late|before it began/)
})

/** Recordings on a disk that is full, hung or slow: the recording is lost and says why; nothing waits. */
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import type { ControlRefusal } from '../contract/control-codes.ts'
import {
  DISK_ANSWER_MS,
  DISK_LOW_BYTES,
  RECORDING_BYTES_MAX,
  RECORDING_PAUSE_MS,
  RECORDING_QUEUE_BYTES_MAX,
  RECORDING_ROOM_MS,
} from '../limits.ts'
import { createRecorder } from '../recording/recorder.ts'
import type { RecordingFile } from '../recording/recording-file.ts'
import { PLAYED_HEADER, playGate } from '../testing/recording/played-gate.ts'
import { createRecordingControl, type RecordableGate } from './control-recording.ts'

const refusedWith = (code: ControlRefusal) => ({ ok: false, code })
const hung = () => new Promise<never>(() => {})
const full = async () => {
  throw new Error('ENOSPC: no space left on device')
}

/** A gate without lanes. */
const gateOf = (change: Partial<RecordableGate>): RecordableGate => ({
  ...{ dataDir: 'data', gate: playGate([]).gate, header: PLAYED_HEADER },
  room: async () => ({ freeBytes: DISK_LOW_BYTES }),
  record: async () => {},
  ...change,
})

function open({ gate = {}, file = {} }: { gate?: Partial<RecordableGate>; file?: object } = {}) {
  const time = createVirtualTime()
  const told: string[] = []
  const texts: string[] = []
  let discarded = 0
  const recorder = createRecorder({ ...time, onFault: what => void told.push(what) })
  const recordable = gateOf(gate)
  const control = createRecordingControl({
    recorder,
    gate: () => recordable,
    createFile: async (): Promise<RecordingFile> => ({
      path: 'data/recordings/a.recording',
      append: async text => void texts.push(text),
      finish: async () => {},
      discard: async () => void discarded++,
      ...file,
    }),
    ...{ timers: time.timers, nowMs: time.clock.nowMs },
  })
  return {
    ...{ time, told, texts, recorder, control, discarded: () => discarded },
    begin: async () => {
      t.match(await control.start({ minutes: 15, by: 'lin' }), { ok: true })
      await time.advanceAsync(RECORDING_PAUSE_MS)
    },
  }
}

t.test('a disk that is nearly full, when it begins and later', async t => {
  const room = async () => ({ freeBytes: DISK_LOW_BYTES - 1 })
  const none = open({ gate: { room } }).control
  t.match(await none.start({ minutes: 1, by: 'lin' }), refusedWith('RECORDING_NO_ROOM'))
  let freeBytes = DISK_LOW_BYTES
  const { begin, control, time, discarded } = open({ gate: { room: async () => ({ freeBytes }) } })
  await begin()
  await time.advanceAsync(RECORDING_ROOM_MS * 2)
  t.match(control.now(), { running: { by: 'lin' } })
  freeBytes -= 1
  await time.advanceAsync(RECORDING_ROOM_MS)
  const last = { why: 'dropped', detail: 'the disk is nearly full' }
  t.match(control.now(), { running: null, last })
  t.equal(discarded(), 1, 'nothing is left')
})

t.test('a disk that refuses or hangs when it begins', async t => {
  const start = { minutes: 1, by: 'lin' }
  const refused = refusedWith('RECORDING_NOT_WRITTEN')
  const { control, discarded } = open({ gate: { record: full } })
  t.match(await control.start(start), { ...refused, problems: [/ENOSPC/] })
  t.equal(discarded(), 1, 'without the row of it there is no recording')
  const hanging = open({ gate: { room: hung } })
  const answer = hanging.control.start(start)
  t.match(await hanging.control.start(start), refusedWith('RECORDING_RUNNING'))
  await hanging.time.advanceAsync(DISK_ANSWER_MS)
  t.match(await answer, { ...refused, problems: ['it does not answer'] })
})

t.test('a disk that refuses later: what comes goes on, the recording is lost', async t => {
  const { begin, control, recorder, told, time, discarded } = open({ file: { append: full } })
  await begin()
  recorder.onText('A.scanner', 'a code')
  await time.advanceAsync(RECORDING_PAUSE_MS)
  t.match(control.now(), { running: null, last: { why: 'dropped', detail: /ENOSPC/ } })
  t.match(told, [/the recording is dropped: ENOSPC/])
  t.equal(discarded(), 1)
  t.match(await control.stop(), refusedWith('NOT_RECORDING'))
  t.match(await control.start({ minutes: 1, by: 'lin' }), { ok: true }, 'another may begin')
})

t.test('lost at its very end', async t => {
  for (const [finish, detail] of [
    [full, /ENOSPC/],
    [hung, 'the disk does not answer'],
  ] as const) {
    const { begin, control, time } = open({ file: { finish } })
    await begin()
    const ended = control.stop()
    await time.advanceAsync(DISK_ANSWER_MS)
    t.match(await ended, { ...refusedWith('RECORDING_LOST'), problems: [detail] })
  }
})

t.test('a hung disk: what waits is bounded, and whoever tells it is never kept', async t => {
  const { begin, control, recorder } = open({ file: { append: hung } })
  await begin()
  const bytes = new Uint8Array(100_000)
  for (let i = 0; i < 3 * (RECORDING_QUEUE_BYTES_MAX / bytes.length); i++) {
    recorder.onRaw('A.scanner', 'bytes', bytes)
  }
  t.match(control.now(), { running: null, last: { why: 'dropped', detail: /too slow/ } })
})

t.test('it ends by itself at its size, whole', async t => {
  const { begin, control, recorder, time, texts } = open()
  await begin()
  const bytes = new Uint8Array(600_000)
  for (let i = 0; i < 1000 && control.now().running !== null; i++) {
    recorder.onRaw('A.scanner', 'bytes', bytes)
    await time.advanceAsync(RECORDING_PAUSE_MS)
  }
  await settle()
  t.match(control.now(), { running: null, last: { why: 'size' } })
  const [last] = texts.join('').trimEnd().split('\n').slice(-1)
  t.match(JSON.parse(last ?? ''), { is: 'end', why: 'size' })
  const written = texts.reduce((sum, text) => sum + text.length, 0)
  t.ok(written > RECORDING_BYTES_MAX && written < RECORDING_BYTES_MAX + 2 * 2 ** 20)
})

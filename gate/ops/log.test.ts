/** What is dropped is logged at a bounded rate, with its sums. */
import { pino } from 'pino'
import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { DeviceError } from '../../hardware/errors.ts'
import { createDeviceLog, createUnreadLog } from './log.ts'

t.test('codes that came in part: at once, then once a minute for each reader', async t => {
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: line => lines.push(JSON.parse(line)) })
  const time = createVirtualTime()
  const tell = createUnreadLog(log, time.clock)
  tell('A', 'A.serial', 'CUT', 1, 200)
  for (let second = 1; second < 60; second += 1) {
    time.advance(1000)
    tell('A', 'A.serial', 'REST', 1, 10)
  }
  tell('A', 'A.hid', 'BROKEN', 1)
  time.advance(1000)
  tell('A', 'A.serial', 'CUT', 1, 7)
  t.match(lines, [
    { event: 'unread', device: 'A.serial', dropped: { CUT: 1 }, bytes: 200 },
    { event: 'unread', device: 'A.hid', dropped: { BROKEN: 1 } },
    { event: 'unread', device: 'A.serial', dropped: { CUT: 1, REST: 59 }, bytes: 597 },
  ])
  t.equal(lines.length, 3)
  t.notOk('bytes' in (lines[1] ?? {}), 'a reader that counts none')
})

t.test('a device is told once for each reason, and a warning beside its being ready', async t => {
  const lines: Record<string, unknown>[] = []
  const tell = createDeviceLog(
    pino({ base: null }, { write: line => lines.push(JSON.parse(line)) }),
  )
  const warning = new DeviceError('CAMERA_COVERED', 'A.camera', 'it sees nothing')
  for (const state of [
    { state: 'ready' },
    { state: 'ready' },
    { state: 'ready', warning },
    { state: 'ready', warning },
    { state: 'connecting' },
    { state: 'ready' },
  ] as const) {
    tell('A', 'A.camera', state)
  }
  t.match(lines, [
    { level: 30, state: 'ready' },
    { level: 40, state: 'ready', code: 'CAMERA_COVERED', msg: 'it sees nothing' },
    { level: 30, state: 'ready' },
  ])
  t.equal(lines.length, 3)
})

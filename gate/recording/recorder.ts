/**
 * Records what comes to a gate, and what it told: one recording at a time (contract/recording.ts). It
 * hears devices, lanes and trust beside the gate, takes down what they say with its time, and leaves the
 * writing to a queue: nothing of the gate waits for it. A lane is recorded from when it first rests, so
 * that a replay knows how it stood.
 */
import type { Clock, Timers } from '../../hardware/ports.ts'
import type { Recording } from '../contract/control-status.ts'
import type { RecordingEnd } from '../contract/recording.ts'
import { DISK_ANSWER_MS } from '../limits.ts'
import type { Effect } from '../machine/state.ts'
import type { JournalEntry } from '../memory/projection.ts'
import { inTime } from '../timing/deadline.ts'
import type { DeviceEars } from './device-taps.ts'
import { createSession, LINE_BYTES, type RecordingOrder, rowLine, type Session } from './session.ts'

export interface Recorder extends DeviceEars {
  /** Hears each step of a lane, and each row of the whole gate. */
  onStep(lane: string, effects: readonly Effect[], nowMs: number): void
  onEntry(entry: JournalEntry): void
  /** Begins at once; there must be none under way. */
  start(order: RecordingOrder): void
  /** Resolves when it is on disk or lost. Nothing where none is under way. */
  end(why: RecordingEnd): Promise<void>
  /** The one under way, and how the last one ended. */
  now(): Recording
}

export interface RecorderParts {
  readonly clock: Clock
  readonly timers: Timers
  readonly onFault: (what: string) => void
}

export function createRecorder(parts: RecorderParts): Recorder {
  const { clock } = parts
  const devices = new Map<string, 'connecting' | 'ready' | 'lost'>()
  let session: Session | undefined
  let last: Recording['last'] = null

  async function end(why: RecordingEnd): Promise<void> {
    const ending = session
    if (ending === undefined) return
    session = undefined
    const { file, queue } = ending
    ending.close(why)
    const isWhole = await queue.end()
    if (!isWhole) return
    try {
      const answer = await inTime(parts.timers, DISK_ANSWER_MS, file.finish())
      if (answer === 'late') throw new Error('the disk does not answer')
      last = { why, path: file.path, bytes: queue.written(), atMs: clock.nowMs() }
    } catch (error) {
      lost(ending, (error as Error).message)
    }
  }

  function lost(one: Session, detail: string): void {
    if (session === one) session = undefined
    one.leave()
    last = { why: 'dropped', detail, atMs: clock.nowMs() }
    parts.onFault(`the recording is dropped: ${detail}`)
    one.file.discard().catch(error => parts.onFault(`it may be there still: ${error.message}`))
  }

  return {
    start(order) {
      const one: Session = createSession(order, {
        ...{ ...parts, devices },
        onLost: why => lost(one, why),
        onOver: why => void (session === one && end(why)),
      })
      session = one
      one.begin()
    },
    end,
    now: () => ({ running: session?.shown() ?? null, last }),
    onState(device, state) {
      devices.set(device, state)
      session?.tell({ is: 'device', ms: 0, device, state }, LINE_BYTES.short)
    },
    onContact(lane, contact, active) {
      session?.tell({ is: 'contact', ms: 0, lane, contact, active }, LINE_BYTES.short)
    },
    onRaw(reader, is, raw) {
      if (session === undefined) return
      const bytes = Buffer.from(raw).toString('base64')
      session.tell({ is, ms: 0, reader, bytes }, LINE_BYTES.short + bytes.length)
    },
    onText(reader, text) {
      session?.tell({ is: 'text', ms: 0, reader, text }, LINE_BYTES.short + text.length)
    },
    onStep(lane, effects, nowMs) {
      session?.hear(lane, effects, nowMs)
    },
    onEntry({ at, lane, kind, body }) {
      session?.tell(rowLine(lane, at, kind, body), LINE_BYTES.row)
    },
  }
}

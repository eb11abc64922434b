/** Recordings as GateControl begins and ends them. */
import type { Timers } from '../../hardware/ports.ts'
import type { Answer, RecordingControl, Refused } from '../contract/control.ts'
import { RECORDING_MINUTES_MAX, RECORDING_MINUTES_MIN } from '../contract/recording.ts'
import { DISK_ANSWER_MS, DISK_LOW_BYTES } from '../limits.ts'
import type { Recorder } from '../recording/recorder.ts'
import type { CreateRecordingFile, RecordingFile } from '../recording/recording-file.ts'
import type { RecordingOrder } from '../recording/session.ts'
import { inTime } from '../timing/deadline.ts'
import { byFault, refuse } from './control-answers.ts'

/** Of the gate that runs. */
export interface RecordableGate extends Pick<RecordingOrder, 'gate'> {
  readonly dataDir: string
  readonly header: Omit<RecordingOrder['header'], 'by' | 'minutes'>
  room(): Promise<{ readonly freeBytes: number }>
  /** Makes the row of it. Rejects when it is not on disk. */
  record(by: string, detail: string): Promise<void>
}

export interface RecordingControlParts {
  readonly recorder: Recorder
  readonly gate: () => RecordableGate | undefined
  readonly createFile: CreateRecordingFile
  readonly timers: Timers
  /** By the machine's clock, Unix milliseconds. */
  readonly nowMs: () => number
}

export function createRecordingControl(parts: RecordingControlParts): RecordingControl {
  const { recorder, timers } = parts
  let starting = false

  async function begin(minutes: number, by: string): ReturnType<RecordingControl['start']> {
    const from = parts.gate()
    if (from === undefined) return refuse('NOT_RUNNING')
    const hasRoom = async () => (await from.room()).freeBytes >= DISK_LOW_BYTES
    const made = await inDisksTime(async () => {
      if (!(await hasRoom())) return refuse('RECORDING_NO_ROOM')
      const file = await parts.createFile(from.dataDir, parts.nowMs())
      try {
        await from.record(by, `${file.path}, ${minutes} min`)
      } catch (error) {
        await file.discard()
        throw error
      }
      return { ok: true, file } as const
    })
    if (!made.ok) return made
    const { file } = made
    if (parts.gate()?.gate.trust !== from.gate.trust) {
      await file.discard()
      return refuse('NOT_RUNNING')
    }
    recorder.start({ gate: from.gate, file, header: { ...from.header, by, minutes }, hasRoom })
    const { running } = recorder.now()
    return { ok: true, path: file.path, untilMs: running?.untilMs ?? 0 }
  }

  /** A disk that hangs or refuses is an answer. */
  async function inDisksTime(
    work: () => Promise<Answer<{ readonly file: RecordingFile }>>,
  ): Promise<Answer<{ readonly file: RecordingFile }>> {
    try {
      const making = work()
      const made = await inTime(timers, DISK_ANSWER_MS, making)
      if (made !== 'late') return made
      making.then(late => (late.ok ? late.file.discard() : undefined)).catch(() => {})
      return refuse('RECORDING_NOT_WRITTEN', 'it does not answer')
    } catch (error) {
      return refuse('RECORDING_NOT_WRITTEN', (error as Error).message)
    }
  }

  function runningFault(): Refused | undefined {
    const { running } = recorder.now()
    if (running === null) return starting ? refuse('RECORDING_RUNNING') : undefined
    const until = new Date(running.untilMs).toISOString().slice(11, 19)
    return refuse('RECORDING_RUNNING', `by ${running.by}, until ${until} UTC`)
  }

  return {
    now: recorder.now,
    async start({ minutes, by }) {
      const isWhole = Number.isSafeInteger(minutes)
      if (!isWhole || minutes < RECORDING_MINUTES_MIN || minutes > RECORDING_MINUTES_MAX) {
        return refuse(
          'OUT_OF_RANGE',
          `${RECORDING_MINUTES_MIN} to ${RECORDING_MINUTES_MAX} minutes`,
        )
      }
      const fault = byFault(by) ?? runningFault()
      if (fault !== undefined) return fault
      starting = true
      try {
        return await begin(minutes, by)
      } finally {
        starting = false
      }
    },
    async stop() {
      if (recorder.now().running === null) return refuse('NOT_RECORDING')
      await recorder.end('off')
      const { last } = recorder.now()
      if (last?.why === 'dropped') return refuse('RECORDING_LOST', last.detail)
      return { ok: true, path: last?.path ?? '', bytes: last?.bytes ?? 0 }
    },
  }
}

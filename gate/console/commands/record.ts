/** `record`: what comes to the gate goes into a file, for a replay. */
import type { Recording } from '../../contract/control-status.ts'
import {
  RECORDING_MINUTES,
  RECORDING_MINUTES_MAX,
  type RecordingEnd,
} from '../../contract/recording.ts'
import { type Command, refusedBy, shown } from '../command.ts'
import { bytesText, timeText } from '../layout.ts'

const LIVE = ['It holds live codes and passes: give it to nobody else, and delete it afterwards.']

export const RECORD_COMMANDS: readonly Command[] = [
  {
    syntax: 'record',
    level: 'technician',
    says: 'whether something is recorded, by whom and until when, and how the last one ended',
    run({ control }) {
      const now = control.recording.now()
      return shown(recordLines(now), now)
    },
  },
  {
    syntax: 'record on [MIN]',
    level: 'technician',
    says: `records what comes to the gate, LIVE CODES TOO, for a replay: ${RECORDING_MINUTES} min unless said, ${RECORDING_MINUTES_MAX} at most`,
    async run({ control, by }, typed) {
      const minutes = Number(typed.maybe('MIN') ?? RECORDING_MINUTES)
      const answer = await control.recording.start({ minutes, by })
      if (!answer.ok) return refusedBy(answer)
      const { path, untilMs } = answer
      const lines = [`Until ${timeText(untilMs)} UTC, or record off:`, path, ...LIVE]
      return shown(lines, { path, untilMs })
    },
  },
  {
    syntax: 'record off',
    level: 'technician',
    says: 'ends the recording before its time',
    async run({ control }) {
      const answer = await control.recording.stop()
      if (!answer.ok) return refusedBy(answer)
      const { path, bytes } = answer
      return shown([`${path}, ${bytesText(bytes)}`, ...LIVE], { path, bytes })
    },
  },
]

const ENDS: Readonly<Record<RecordingEnd, string>> = {
  time: 'its time was over',
  size: 'it was as large as it may be',
  off: 'record off',
  stop: 'the gate ended',
  config: 'the gate started anew',
}

function recordLines(now: Recording): readonly string[] {
  const { running, last } = now
  const ended =
    last === null
      ? 'Nothing was recorded since the program started.'
      : last.why === 'dropped'
        ? `The last one was DROPPED at ${timeText(last.atMs)} UTC: ${last.detail}. Nothing of it is left.`
        : `The last one ended at ${timeText(last.atMs)} UTC, ${ENDS[last.why]}: ${last.path}, ${bytesText(last.bytes)}`
  if (running === null) return ['Nothing is recorded.', ended]
  const { by, untilMs, bytes, path } = running
  return [`Recorded by ${by} until ${timeText(untilMs)} UTC, ${bytesText(bytes)} so far:`, path]
}

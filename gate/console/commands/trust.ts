/** Commands of trust and time. */
import { type Command, refusedBy, shown } from '../command.ts'
import { timeText } from '../layout.ts'

const HOUR_MS = 3_600_000

export const TRUST_COMMANDS: readonly Command[] = [
  {
    syntax: 'sync now',
    level: 'technician',
    says: 'asks the service at once',
    async run({ control }) {
      const answer = await control.trust.poll()
      if (!answer.ok) return refusedBy(answer)
      const { outcome, what } = answer
      return shown([what === '' ? outcome : `${outcome}: ${what}`], { outcome, what })
    },
  },
  {
    syntax: 'clock set TIME',
    level: 'technician',
    says: 'sets the gate’s clock, as: clock set 2026-05-21T06:00:00Z',
    run({ control }, typed) {
      const toMs = Date.parse(typed.of('TIME'))
      const answer = control.trust.setClock(toMs)
      if (!answer.ok) return refusedBy(answer)
      const { offsetMs } = answer
      return shown([`The clock is ${timeText(toMs)} UTC; it moved by ${offsetMs} ms.`], {
        offsetMs,
      })
    },
  },
  {
    syntax: 'trust extend HOURS',
    level: 'technician',
    says: 'entry goes on with old trust for so many hours, every event flagged',
    run({ control, by, nowMs }, typed) {
      const untilMs = nowMs() + Number(typed.of('HOURS')) * HOUR_MS
      const answer = control.trust.extend(untilMs, by)
      if (!answer.ok) return refusedBy(answer)
      return shown([`Entry goes on with old trust until ${timeText(untilMs)} UTC.`], { untilMs })
    },
  },
  {
    syntax: 'trust normal',
    level: 'technician',
    says: 'ends trust extend',
    run({ control }) {
      const answer = control.trust.endExtension()
      return answer.ok ? shown(['Entry goes by the age of trust again.']) : refusedBy(answer)
    },
  },
]

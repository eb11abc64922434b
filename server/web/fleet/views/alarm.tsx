/** The worst of a gate as a sign, and what to do about an alarm. */
import { useComputed } from '@preact/signals'
import { language } from '../../shared/language.ts'
import { timeLeft } from '../../shared/shown-time.ts'
import { type Alarm, type GateRow, worstOf } from '../gate-row.ts'
import { say, toDo } from '../texts.ts'
import { Code, type FleetProps } from './parts.tsx'

export function State({ row }: { readonly row: GateRow }) {
  const worst = worstOf(row)
  if (worst !== undefined) {
    const more = row.alarms.length - 1
    return (
      <>
        <Code code={worst.code} severity={worst.severity} />
        {more > 0 && <small>{say('alarms.more', { n: more })}</small>}
      </>
    )
  }
  if (row.reportedAt === null) return <span class="state calm">{say('state.no-report')}</span>
  return <span class="state pass">{say('state.in-service')}</span>
}

interface AdviceProps extends FleetProps {
  readonly alarm: Alarm
}

/** What to do, and since when it is so. */
export function Advice({ fleet, alarm }: AdviceProps) {
  const { code, lane, since } = alarm
  const more = useComputed(() => {
    const where = lane === '' ? [] : [say('alarm.lane', { lane })]
    if (since === null) return where.join()
    const time = timeLeft(fleet.now.value - since, language.value)
    return [...where, say('alarm.since', { time })].join(say('comma'))
  })
  return (
    <>
      {toDo(code)}
      <small>{more}</small>
    </>
  )
}

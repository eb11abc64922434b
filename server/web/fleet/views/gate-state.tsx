/** How a gate is: alarms with what to do, figures, lanes, the last 24 hours, and its end. */

import { useFocusBack } from '../../shared/focus.ts'
import { language } from '../../shared/language.ts'
import { timeLeft } from '../../shared/shown-time.ts'
import type { GateRow } from '../gate-row.ts'
import { configState } from '../gate-row-config.ts'
import { say, sayOr } from '../texts.ts'
import { Advice } from './alarm.tsx'
import { Reasoned } from './forms.tsx'
import { HealthCharts } from './health-charts.tsx'
import {
  Ago,
  Code,
  type Fact,
  Facts,
  type FleetProps,
  figure,
  milliseconds,
  Shown,
} from './parts.tsx'

interface StateProps extends FleetProps {
  readonly row: GateRow
}

export function GateState({ fleet, row }: StateProps) {
  return (
    <>
      <Alarms fleet={fleet} row={row} />
      <section class="card pad">
        <h2>{say('gate.figures')}</h2>
        <Facts facts={factsOf({ fleet, row })} />
      </section>
      <Lanes row={row} />
      <section class="card pad">
        <h2>{say('gate.day')}</h2>
        <Shown of={fleet.health.history.value} none="gate.no-history">
          {points => <HealthCharts points={points} />}
        </Shown>
      </section>
      <Retire fleet={fleet} gate={row.gate} />
    </>
  )
}

function Alarms({ fleet, row }: StateProps) {
  if (row.alarms.length === 0) return null
  return (
    <section class="card pad">
      <h2>{say('gate.alarms')}</h2>
      <ul class="alarms">
        {row.alarms.map(alarm => (
          <li key={`${alarm.lane}/${alarm.code}`}>
            <Code code={alarm.code} severity={alarm.severity} />
            <span>
              <Advice fleet={fleet} alarm={alarm} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function factsOf({ fleet, row }: StateProps): readonly Fact[] {
  const { trust, clock, clockOffsetMs, queue, waiting, disk, config, recent } = row
  const age = trust?.manifestAgeMs ?? null
  const speed = recent?.scanToRelay
  return [
    { name: 'column.seen', value: <Ago fleet={fleet} at={row.seenAt} /> },
    { name: 'fact.reported', value: <Ago fleet={fleet} at={row.reportedAt} /> },
    { name: 'column.version', value: row.software ?? '–' },
    { name: 'column.trust', value: trust ? sayOr(`stage.${trust.stage}`, trust.stage) : '–' },
    {
      name: 'fact.manifest',
      value: trust
        ? `${trust.manifestVersion ?? '–'}${age === null ? '' : ` · ${timeLeft(age, language.value)}`}`
        : '–',
    },
    { name: 'fact.document', value: trust?.version ?? '–' },
    { name: 'fact.clock', value: clock === null ? '–' : sayOr(`clock.${clock}`, clock) },
    { name: 'fact.offset', value: clockOffsetMs === null ? '–' : `${figure(clockOffsetMs)} ms` },
    { name: 'column.queue', value: queue === null ? '–' : figure(queue) },
    { name: 'fact.waiting', value: waiting === null ? '–' : figure(waiting) },
    { name: 'fact.disk', value: disk === null ? '–' : `${figure(disk.freeBytes / 2 ** 30)} GiB` },
    {
      name: 'fact.speed',
      value: speed ? `${milliseconds(speed.p50Ms)} / ${milliseconds(speed.p99Ms)}` : '–',
    },
    { name: 'fact.config', value: say(configState(config).text) },
  ]
}

function Lanes({ row }: { readonly row: GateRow }) {
  if (row.lanes.length === 0) return null
  return (
    <section class="card pad">
      <h2>{say('gate.lanes')}</h2>
      <ul class="lanes">
        {row.lanes.map(({ name, state, serves, modes }) => (
          <li key={name}>
            <b>{name}</b>
            <span class={`state ${serves ? 'pass' : 'retry'}`}>
              {say(serves ? 'lane.serves' : 'lane.closed')}
            </span>
            <span class="quiet">
              {state}
              {modes.length > 0 &&
                ` · ${modes.map(mode => sayOr(`mode.${mode}`, mode)).join(say('comma'))}`}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface RetireProps extends FleetProps {
  readonly gate: string
}

function Retire({ fleet, gate }: RetireProps) {
  const { value } = fleet.admin.retirement
  const open = useFocusBack<HTMLButtonElement>(value.is === 'asked')
  if (!fleet.may('retire')) return null
  if (value.is !== 'asked') {
    return (
      <p>
        <button
          ref={open}
          type="button"
          class="button plain warn"
          onClick={() => fleet.admin.askRetire(true)}
        >
          {say('retire.open')}
        </button>
      </p>
    )
  }
  return (
    <section class="card pad">
      <Reasoned
        fleet={fleet}
        title={say('retire.title', { gate })}
        text={say('retire.text')}
        trouble={value.trouble}
        typed={gate}
        submit="retire.do"
        isDanger
        run={reason => void fleet.admin.retire(gate, reason)}
        callOff={() => fleet.admin.askRetire(false)}
      />
    </section>
  )
}

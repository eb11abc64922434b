/** Who can be sent, and what can be broken. */
import type { Station } from '../station.ts'
import { say } from '../texts.ts'
import { SENT, type SentName } from '../travellers.ts'
import {
  GATE_TROUBLES,
  LANE_TROUBLES,
  type TroubleName,
  troubleId,
  troubleLine,
} from '../troubles.ts'
import { Figure } from './figures.tsx'

interface StationProps {
  readonly station: Station
}

export function People({ station }: StationProps) {
  return (
    <section aria-labelledby="send">
      <h2 id="send">{say('send.title')}</h2>
      <Goal station={station} />
      <ul class="people">
        {SENT.map(name => (
          <li key={name}>
            <Sender name={name} station={station} />
          </li>
        ))}
      </ul>
    </section>
  )
}

function Goal({ station: { lanes, goal } }: StationProps) {
  return (
    <fieldset class="goal">
      <legend class="unseen">{say('send.to')}</legend>
      {lanes.value.map(({ plan: { name, direction } }) => (
        <label key={name} class={goal.value === name ? 'on' : ''}>
          <input
            type="radio"
            name="goal"
            value={name}
            checked={goal.value === name}
            onChange={() => {
              goal.value = name
            }}
          />
          {say('lane', { lane: name })} · {say(`lane.${direction}`)}
        </label>
      ))}
    </fieldset>
  )
}

function Sender({ name, station }: StationProps & { readonly name: SentName }) {
  return (
    <button
      type="button"
      class="who"
      data-who={name}
      onClick={() => station.run(`send ${name} ${station.goal.value}`)}
    >
      <Figure name={name} />
      <span>{say(`who.${name}`)}</span>
      <small>{say(`who.${name}.hint`)}</small>
    </button>
  )
}

export function Troubles({ station }: StationProps) {
  const lanes = station.lanes.value.map(({ plan }) => plan.name)
  return (
    <section aria-labelledby="troubles">
      <h2 id="troubles">{say('trouble.title')}</h2>
      {GATE_TROUBLES.map(name => (
        <Switch key={name} name={name} lane="" station={station} />
      ))}
      {LANE_TROUBLES.flatMap(name =>
        lanes.map(lane => (
          <Switch key={troubleId(name, lane)} name={name} lane={lane} station={station} />
        )),
      )}
    </section>
  )
}

interface SwitchProps extends StationProps {
  readonly name: TroubleName
  /** '' for a trouble of the whole gate. */
  readonly lane: string
}

function Switch({ name, lane, station }: SwitchProps) {
  const id = troubleId(name, lane)
  const isOn = station.troubles.value.has(id)
  return (
    <button
      type="button"
      role="switch"
      class="switch"
      aria-checked={isOn}
      data-trouble={id}
      onClick={() => station.run(troubleLine(name, !isOn, lane))}
    >
      {say(`trouble.${name}`, { lane })}
      <i aria-hidden="true" />
    </button>
  )
}

/** A lane: its sign, the way seen from above, and every pin of its board. */
import { useComputed } from '@preact/signals'
import { language } from '../../shared/language.ts'
import { activeOf, isActive, isHigh } from '../lane-drawing.ts'
import type { LanePlan, LaneState, SignState, Tone } from '../protocol.ts'
import type { LaneShown, Station } from '../station.ts'
import { say } from '../texts.ts'
import { Floor } from './floor-view.tsx'

interface LaneProps {
  readonly lane: LaneShown
  /** Undefined for a lane of a scenario: nobody can do anything there. */
  readonly station?: Pick<Station, 'run' | 'troubles'>
}

export function Lane({ lane, station }: LaneProps) {
  const { name, direction, profile } = lane.plan
  return (
    <article class="card lane" data-lane={name} aria-labelledby={`lane-${name}`}>
      <div class="above">
        <h2 id={`lane-${name}`}>
          {say('lane', { lane: name })} · {say(`lane.${direction}`)}
        </h2>
        <span class="quiet">{say(`lane.${profile}`)}</span>
        <Sign sign={lane.sign.value} isDark={station?.troubles.value.has('power') === true} />
        {station !== undefined && (
          <button type="button" class="small line" onClick={() => station.run(`release ${name}`)}>
            {say('lane.release')}
          </button>
        )}
      </div>
      <Picture lane={lane} />
      <Pins lane={lane} />
    </article>
  )
}

const TONES: Readonly<Record<string, Tone>> = {
  pass: 'pass',
  open: 'pass',
  retry: 'retry',
  closed: 'refuse',
  service: 'retry',
  refuse: 'refuse',
  fraud: 'refuse',
  intrusion: 'refuse',
}

interface SignProps {
  readonly sign: SignState
  /** No gate is there to show one. */
  readonly isDark: boolean
}

function Sign({ sign: { sign, code, says }, isDark }: SignProps) {
  if (isDark) return <b class="sign state refuse">{say('lane.dark')}</b>
  if (code === '') return <span class="sign quiet">{say('lane.idle')}</span>
  return (
    <span class="sign" data-code={code}>
      <b class={`state ${TONES[sign] ?? 'calm'}`}>{code}</b> {says[language.value]}
    </span>
  )
}

function Picture({ lane }: Pick<LaneProps, 'lane'>) {
  const label = useComputed(() => described(lane.plan, lane.state.value))
  return <Floor lane={lane} label={label.value} />
}

/** The picture in words. */
function described(plan: LanePlan, { levels, position, bodies }: LaneState): string {
  const cut = plan.beams.filter(({ name }) => activeOf(plan, levels, name))
  const names = cut.map(({ name }) => name.replace('beam', '')).join(', ')
  return say('lane.picture', {
    lane: plan.name,
    barrier: position > 0 ? say('lane.open') : say('lane.shut'),
    people: bodies.length,
    beams: cut.length === 0 ? say('lane.clear') : say('lane.beams', { beams: names }),
  })
}

function Pins({ lane: { plan, levels } }: Pick<LaneProps, 'lane'>) {
  return (
    <ul class="pins" aria-label={say('pins', { lane: plan.name })}>
      {plan.pins.map((pin, i) => {
        const high = isHigh(levels.value, i)
        return (
          <li
            key={pin.name}
            class={isActive(pin, high) ? 'active' : ''}
            data-pin={pin.pin}
            data-level={high ? 1 : 0}
          >
            {pin.name} <b>D{pin.pin}</b>
          </li>
        )
      })}
    </ul>
  )
}

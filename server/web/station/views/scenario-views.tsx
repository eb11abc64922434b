/** A scenario in place of the station: which, that it is one, and how it is played. */
import { type Player, SPEEDS } from '../player.ts'
import type { Scenarios } from '../scenarios.ts'
import { say } from '../texts.ts'
import { minutesOf } from '../time.ts'

interface ScenariosProps {
  readonly scenarios: Scenarios
}

export function Chooser({ scenarios }: ScenariosProps) {
  return (
    <label class="chooser">
      <span class="unseen">{say('scenario.title')}</span>
      <select
        value={scenarios.chosen.value}
        onChange={event => scenarios.choose(event.currentTarget.value)}
      >
        <option value="">{say('scenario.none')}</option>
        {scenarios.names.value.map(name => (
          <option key={name} value={name} lang="en">
            {name}
          </option>
        ))}
      </select>
    </label>
  )
}

/** Says that what is seen is not the running station. */
export function Banner({ scenarios }: ScenariosProps) {
  const player = scenarios.player.value
  return (
    <section class="card banner" role="status">
      <p class={`state ${scenarios.isMissing.value ? 'refuse' : 'retry'}`}>
        {scenarios.isMissing.value ? say('scenario.missing') : say('scenario.banner')}
      </p>
      <p lang="en">{player?.film.title ?? scenarios.chosen.value}</p>
    </section>
  )
}

interface PlayerProps {
  readonly player: Player
}

export function Controls({ player }: PlayerProps) {
  const { speed, isPaused } = player
  return (
    <section class="controls" aria-label={say('scenario.title')}>
      <div class="keys">
        <button type="button" class="small line" onClick={player.toggle}>
          {isPaused.value ? say('scenario.play') : say('scenario.pause')}
        </button>
        <button type="button" class="small line" onClick={player.step}>
          {say('scenario.step')}
        </button>
        <label>
          <span class="unseen">{say('scenario.speed')}</span>
          <select
            value={speed.value}
            onChange={({ currentTarget }) => {
              speed.value = SPEEDS[currentTarget.selectedIndex] ?? 1
            }}
          >
            {SPEEDS.map(times => (
              <option key={times} value={times}>
                {times} ×
              </option>
            ))}
          </select>
        </label>
      </div>
      <Place player={player} />
    </section>
  )
}

function Place({ player: { film, atMs, seek } }: PlayerProps) {
  const shown = say('scenario.at', { at: minutesOf(atMs.value), end: minutesOf(film.endMs) })
  return (
    <label class="place" data-at={atMs.value}>
      <span class="unseen">{say('scenario.place')}</span>
      <input
        type="range"
        min="0"
        max={film.endMs}
        value={atMs.value}
        aria-valuetext={shown}
        onInput={event => seek(event.currentTarget.valueAsNumber)}
      />
      <span class="quiet">{shown}</span>
    </label>
  )
}

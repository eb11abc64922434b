/** Scenarios that can be chosen, and the one that is shown in place of the station. */
import { type ReadonlySignal, signal } from '@preact/signals'
import { createPlayer, type Player, type Ticker } from './player.ts'
import { type Film, SCENARIOS_PATH } from './protocol.ts'

export interface Scenarios {
  readonly names: ReadonlySignal<readonly string[]>
  /** The one that was asked for, '' for the station itself. */
  readonly chosen: ReadonlySignal<string>
  /** Undefined until its film is there. */
  readonly player: ReadonlySignal<Player | undefined>
  /** Whether the chosen one could not be had. */
  readonly isMissing: ReadonlySignal<boolean>
  /** '' goes back to the station. */
  choose(name: string): void
}

export interface ScenariosParts {
  /** Rejects where it is not there. */
  readonly getJson: (path: string) => Promise<unknown>
  readonly ticker: Ticker
}

export function openScenarios({ getJson, ticker }: ScenariosParts): Scenarios {
  const names = signal<readonly string[]>([])
  const chosen = signal('')
  const player = signal<Player>()
  const isMissing = signal(false)

  getJson(SCENARIOS_PATH).then(
    found => {
      names.value = found as readonly string[]
    },
    () => {},
  )

  async function load(name: string): Promise<void> {
    const film = getJson(`${SCENARIOS_PATH}?name=${encodeURIComponent(name)}`)
    const loaded = await film.catch(() => undefined)
    // Another one was chosen meanwhile.
    if (chosen.value !== name) return
    isMissing.value = loaded === undefined
    if (loaded !== undefined) player.value = createPlayer(loaded as Film, ticker)
  }

  return {
    ...{ names, chosen, player, isMissing },
    choose(name) {
      player.value?.close()
      player.value = undefined
      isMissing.value = false
      chosen.value = name
      if (name !== '') void load(name)
    },
  }
}

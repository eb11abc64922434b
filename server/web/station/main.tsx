/** Starts the station's page on its browser, with what its address asks for. */
import { effect } from '@preact/signals'
import { browserTimers } from '../shared/browser-ports.ts'
import { drawPage } from '../shared/draw-page.ts'
import { language, preferred } from '../shared/language.ts'
import { addressOf, readAddress } from './address.ts'
import { openScenarios } from './scenarios.ts'
import { createBuzzers } from './sound.ts'
import { openStation } from './station.ts'
import { App } from './views/app.tsx'

const asked = readAddress(location.hash)
language.value = asked.language ?? preferred(navigator.languages)
const station = openStation({
  open(path, { onData, onLost }) {
    const source = new EventSource(path)
    source.onmessage = ({ data }) => onData(String(data))
    source.onerror = onLost
    return () => source.close()
  },
  fetch: (path, init) => fetch(path, init),
  timers: browserTimers,
})
station.openRow.value = asked.row
station.goal.value = asked.lane
station.isConsoleOpen.value = asked.isConsoleOpen
const scenarios = openScenarios({
  async getJson(path) {
    const answer = await fetch(path)
    if (!answer.ok) throw new Error(await answer.text())
    return answer.json()
  },
  ticker(tick) {
    let next = requestAnimationFrame(function draw(nowMs) {
      next = requestAnimationFrame(draw)
      tick(nowMs)
    })
    return () => cancelAnimationFrame(next)
  },
})
scenarios.choose(asked.scenario)
const buzzers = createBuzzers(station)

effect(() => {
  const shown = {
    ...{ row: station.openRow.value, lane: station.goal.value, language: language.value },
    ...{ isConsoleOpen: station.isConsoleOpen.value, scenario: scenarios.chosen.value },
  }
  history.replaceState(null, '', addressOf(shown))
})
addEventListener('pagehide', station.close)
// From the browser's memory it comes back without its line.
addEventListener('pageshow', event => event.persisted && location.reload())

drawPage(<App station={station} scenarios={scenarios} buzzers={buzzers} />)

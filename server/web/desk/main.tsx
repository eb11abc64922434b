/** Starts the desk's page: its browser's ports, the scanner's keys, and the keys of the page. */
import {
  browserClock,
  browserRandom,
  browserTimers,
  browserVault,
} from '../shared/browser-ports.ts'
import { drawPage } from '../shared/draw-page.ts'
import { openDesk } from './desk.ts'
import { keyOf } from './keys.ts'
import { pressed } from './pressed.ts'
import { App } from './views/app.tsx'
import { inputMethod } from './views/find-card.tsx'
import { listenForScans } from './wedge.ts'

async function open(): Promise<void> {
  const desk = await openDesk(
    {
      clock: browserClock,
      timers: browserTimers,
      random: browserRandom,
      vault: browserVault('wicketgate-desk'),
      fetch: (input, init) => fetch(input, init),
      isOnline: () => navigator.onLine,
      go: url => location.assign(url),
      print: () => print(),
    },
    navigator.languages,
    new URLSearchParams(location.search).get('error') ?? undefined,
  )
  if (location.search !== '') history.replaceState(null, '', location.pathname)
  drawPage(<App desk={desk} />)

  listenForScans({
    isListening: () => desk.screen.value.at === 'in',
    onScan(text) {
      inputMethod.value = false
      void desk.scan(text)
    },
    onInputMethod() {
      inputMethod.value = true
    },
  })
  addEventListener('keydown', event => {
    if (desk.screen.value.at !== 'in') return
    const name = event.key === 'Escape' ? 'escape' : keyOf(event)
    if (name !== undefined && pressed(desk, name)) event.preventDefault()
  })
  addEventListener('online', desk.online)
  addEventListener('offline', desk.offline)
  // A browser also reports late measurements this way, without an error.
  addEventListener('error', event => event.error && desk.fail())
  addEventListener('unhandledrejection', desk.fail)
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) desk.hide()
    else desk.unhide()
  })
}

void open()

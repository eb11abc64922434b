/** Starts the fleet's page: its browser's ports, its address, and who looks. */
import {
  browserClock,
  browserRandom,
  browserTimers,
  browserVault,
} from '../shared/browser-ports.ts'
import { drawPage } from '../shared/draw-page.ts'
import { openFleet } from './fleet.ts'
import { type OpenStream, STREAM_EVENTS } from './stream.ts'
import { App } from './views/app.tsx'

const openStream: OpenStream = (path, { onEvent, onLost }) => {
  const source = new EventSource(path)
  for (const name of STREAM_EVENTS) {
    source.addEventListener(name, ({ data }) => onEvent(name, String(data)))
  }
  source.onerror = onLost
  return () => source.close()
}

async function open(): Promise<void> {
  const error = new URLSearchParams(location.search).get('error') ?? undefined
  const fleet = await openFleet(
    {
      clock: browserClock,
      timers: browserTimers,
      random: browserRandom,
      vault: browserVault('wicketgate-fleet'),
      fetch: (input, init) => fetch(input, init),
      openStream,
      isOnline: () => navigator.onLine,
      go: url => location.assign(url),
    },
    { wanted: navigator.languages, hash: location.hash, ...(error !== undefined && { error }) },
  )
  if (location.search !== '') history.replaceState(null, '', location.pathname + location.hash)
  drawPage(<App fleet={fleet} />)

  addEventListener('hashchange', () => fleet.go(location.hash))
  addEventListener('online', fleet.online)
  addEventListener('offline', fleet.offline)
  // A browser also reports late measurements this way, without an error.
  addEventListener('error', event => event.error && fleet.fail())
  addEventListener('unhandledrejection', fleet.fail)
  addEventListener('pagehide', fleet.hide)
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) fleet.hide()
    else fleet.unhide()
  })
}

void open()

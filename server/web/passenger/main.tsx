/** Starts the passenger's page: its browser's ports, one tab at a time, and the worker that keeps it. */
import { effect } from '@preact/signals'
import {
  browserClock,
  browserRandom,
  browserTimers,
  browserVault,
} from '../shared/browser-ports.ts'
import { drawPage } from '../shared/draw-page.ts'
import { keepAwake } from '../shared/keep-awake.ts'
import { holdPage } from '../shared/one-tab.ts'
import { browserCamera } from './browser-camera.ts'
import { openPassenger } from './passenger.ts'
import { App } from './views/app.tsx'

const PAGE = 'passenger'

async function open(): Promise<void> {
  const passenger = await openPassenger(
    {
      clock: browserClock,
      timers: browserTimers,
      random: browserRandom,
      vault: browserVault('wicketgate'),
      camera: browserCamera,
      fetch: (input, init) => fetch(input, init),
      isOnline: () => navigator.onLine,
    },
    navigator.languages,
  )
  const tab = holdPage(PAGE, passenger.leave)
  const useHere = () => (tab.isHeld() ? location.reload() : tab.take(() => location.reload()))
  drawPage(<App passenger={passenger} useHere={useHere} />)
  addEventListener('online', passenger.online)
  addEventListener('offline', passenger.offline)
  // A browser also reports late measurements this way, without an error.
  addEventListener('error', event => event.error && passenger.fail())
  addEventListener('unhandledrejection', passenger.fail)
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) passenger.hide()
    else passenger.unhide()
  })
  const awake = keepAwake()
  effect(() => awake.want(passenger.life.value?.code.value !== undefined))
}

void open()
// Without it the page works all the same, with a network.
void navigator.serviceWorker?.register('/service-worker.js').catch(() => {})

/** Keeps the screen on while something is shown that a reader must see; where the browser can. */

export interface Awake {
  want(isWanted: boolean): void
}

export function keepAwake(): Awake {
  let isWanted = false
  let held: WakeLockSentinel | undefined

  async function settle(): Promise<void> {
    if (isWanted && held === undefined && !document.hidden) {
      // Refused with little battery: the page works all the same.
      held = await navigator.wakeLock?.request('screen').catch(() => undefined)
      held?.addEventListener('release', () => {
        held = undefined
      })
    } else if (!isWanted) await held?.release()
  }
  document.addEventListener('visibilitychange', () => void settle())
  return {
    want(wanted) {
      isWanted = wanted
      void settle()
    },
  }
}

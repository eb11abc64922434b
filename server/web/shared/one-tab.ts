/** One tab at a time has the page: a lock of the origin (Web Locks), which another tab may take over. */

export interface HeldPage {
  isHeld(): boolean
  /** Takes the page over; `taken` hears when it is here. */
  take(taken: () => void): void
}

/** `onLost`: another tab has the page, from the start or from now on. */
export function holdPage(name: string, onLost: () => void): HeldPage {
  const { locks } = navigator as { readonly locks?: LockManager }
  let isHeld = locks === undefined
  const forever = new Promise<never>(() => {})

  function hold(options: LockOptions, taken: () => void): void {
    void locks
      ?.request(name, options, lock => {
        if (lock === null) return onLost()
        isHeld = true
        taken()
        return forever
      })
      .catch(() => {
        isHeld = false
        onLost()
      })
  }
  hold({ ifAvailable: true }, () => {})
  return { isHeld: () => isHeld, take: taken => hold({ steal: true }, taken) }
}

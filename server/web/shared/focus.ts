/** Where the keyboard goes on when what had the focus is gone: else it would begin at the page's start. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef } from 'preact/hooks'

/** What takes the focus as it comes, so that it is read out. */
export function useFocus<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null)
  useLayoutEffect(() => element.current?.focus(), [])
  return element
}

/**
 * Gives the focus back when a form is closed: to what opened it, or where that is gone, too, to the
 * element of this ref.
 */
export function useFocusBack<T extends HTMLElement>(isOpen: boolean): RefObject<T | null> {
  const element = useRef<T>(null)
  const opener = useRef<HTMLElement>(null)
  const wasOpen = useRef(isOpen)
  // Before the form is drawn: its first field takes the focus.
  if (isOpen && !wasOpen.current) opener.current = document.activeElement as HTMLElement
  useLayoutEffect(() => {
    if (wasOpen.current && !isOpen) {
      const isHere = opener.current?.isConnected === true
      const back = isHere ? opener.current : element.current
      back?.focus()
    }
    wasOpen.current = isOpen
  }, [isOpen])
  return element
}

/**
 * Keeps the focus in a region of the page that is drawn anew by itself. An element that was moved gets it
 * back: a browser without `moveBefore`, which Preact moves by, takes it. After one that is gone it goes to
 * what in the region has `tabIndex={-1}`, or to the region, which has that, too. The region's component
 * reads every signal that changes what can have the focus.
 */
export function useHeldFocus<T extends HTMLElement>(): RefObject<T | null> {
  const region = useRef<T>(null)
  const { activeElement } = document
  const had = region.current?.contains(activeElement) === true ? activeElement : null
  useLayoutEffect(() => {
    if (had === null || region.current === null) return
    const isLost = document.activeElement === document.body
    if (!isLost && document.activeElement !== region.current) return
    if (had.isConnected && had !== region.current) {
      // Where it was moved to is no place to scroll to: the person is reading.
      ;(had as HTMLElement).focus({ preventScroll: true })
    } else landIn(region.current)
  })
  return region
}

function landIn(region: HTMLElement): void {
  const ready = region.querySelector<HTMLElement>('[tabindex="-1"]')
  ;(ready ?? region).focus()
}

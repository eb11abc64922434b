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

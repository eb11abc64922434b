/** The technician's console: a terminal on the gate's own line, once somebody opens it. */
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Station } from '../station.ts'
import type { OpenTerminal } from '../terminal.ts'
import { say } from '../texts.ts'

interface ConsoleProps {
  readonly station: Station
}

const HINT = 'console-hint'
const OPENS = 'console-opens'

export function Console({ station: { console, isConsoleOpen } }: ConsoleProps) {
  const isOpen = isConsoleOpen.value
  return (
    <section class="card console" aria-labelledby="console">
      <div class="above">
        <h2 id="console">{say('console.title')}</h2>
        <span class="quiet" id={HINT}>
          {say('console.hint')}
        </span>
        <button
          type="button"
          id={OPENS}
          class="small line"
          aria-expanded={isOpen}
          aria-describedby={HINT}
          onClick={() => {
            isConsoleOpen.value = !isOpen
          }}
        >
          {isOpen ? say('console.shut') : say('console.open')}
        </button>
      </div>
      {isOpen && <Screen line={console} />}
      <p role="status">{console.isLost.value && say('console.lost')}</p>
    </section>
  )
}

function Screen({ line }: { readonly line: Station['console'] }) {
  const place = useRef<HTMLDivElement>(null)
  const [isMissing, setMissing] = useState(false)
  useEffect(() => {
    const opener = document.getElementById(OPENS)
    // Whoever opened it types there next; an address that has it open takes nobody's focus.
    const isAsked = document.activeElement === opener
    let terminal: OpenTerminal | undefined
    let isOver = false
    import('../terminal.ts').then(
      ({ openTerminal }) => {
        if (isOver || place.current === null) return
        const onLeave = () => opener?.focus()
        terminal = openTerminal({ place: place.current, line, hintId: HINT, onLeave })
        if (!isAsked) return
        terminal.focus()
        // Its screen opens below the button, where a small window does not reach.
        place.current.scrollIntoView({ block: 'nearest' })
      },
      () => setMissing(true),
    )
    return () => {
      isOver = true
      terminal?.close()
    }
  }, [line])
  return (
    <>
      <div ref={place} class="screen" />
      {isMissing && <p role="alert">{say('console.missing')}</p>}
    </>
  )
}

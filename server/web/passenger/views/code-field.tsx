/**
 * The code on its white field: white in dark mode, too, a quiet zone of four modules that nothing
 * touches, a module of whole pixels of the screen, and outside of it the ring that tells when the next
 * one comes (pass/specification.md, 14).
 */
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { CODE_MS } from '../../shared/limits.ts'
import { drawQr } from '../../shared/qr-code.ts'
import type { ShownCode } from '../code-show.ts'
import { say } from '../texts.ts'

interface CodeFieldProps {
  /** Undefined until the first one is signed. */
  readonly code: ShownCode | undefined
  readonly now: number
}

/** Between the edge of the field and the quiet zone, CSS pixels: the ring runs there. */
const RING_PX = 9

export function CodeField({ code, now }: CodeFieldProps) {
  const field = useRef<HTMLDivElement>(null)
  const [room, setRoom] = useState(0)
  useLayoutEffect(() => {
    const element = field.current
    if (element === null) return
    const measure = () => setRoom(element.clientWidth - 2 * RING_PX)
    const observer = new ResizeObserver(measure)
    observer.observe(element)
    measure()
    return () => observer.disconnect()
  }, [])
  const drawing = useMemo(() => code && drawQr(code.text), [code])
  const side = drawing === undefined ? 0 : wholePixels(room, drawing.side)
  return (
    <div ref={field} class="code">
      {room > 0 && <Ring side={room + 2 * RING_PX} code={code} now={now} />}
      {drawing && side > 0 && (
        <svg
          class="qr"
          width={side}
          height={side}
          viewBox={`0 0 ${drawing.side} ${drawing.side}`}
          shape-rendering="crispEdges"
          role="img"
          aria-label={say('code.label')}
        >
          <path d={drawing.path} />
        </svg>
      )}
    </div>
  )
}

interface RingProps extends CodeFieldProps {
  /** Of the field, CSS pixels. */
  readonly side: number
}

/** A line from 1 to 5 pixels inside the field's edge. */
function Ring({ side, code, now }: RingProps) {
  const line = { x: 3, y: 3, width: side - 6, height: side - 6, rx: 10 }
  return (
    <svg class="ring" viewBox={`0 0 ${side} ${side}`} aria-hidden="true">
      <rect class="way" {...line} />
      {code && (
        <rect
          key={code.madeAt}
          class="left"
          {...line}
          pathLength="100"
          stroke-dasharray="100"
          stroke-dashoffset={100 - (100 * Math.max(0, code.nextAt - now)) / CODE_MS}
        />
      )}
    </svg>
  )
}

/** The greatest side, in CSS pixels, at which a module is a whole number of the screen's pixels. */
function wholePixels(room: number, modules: number): number {
  const ratio = window.devicePixelRatio
  return (Math.floor((room * ratio) / modules) / ratio) * modules
}

/** Small pictures of who can be sent: a person, or what they show, and what is the matter with it. */
import type { SentName } from '../travellers.ts'

type Mark = 'cross' | 'clock' | 'copy' | 'case' | 'run' | 'wheel' | 'none'

interface Picture {
  readonly shape: 'person' | 'two' | 'small' | 'phone'
  readonly mark: Mark
}

const PICTURES: Readonly<Record<SentName, Picture>> = {
  valid: { shape: 'person', mark: 'none' },
  luggage: { shape: 'person', mark: 'case' },
  pair: { shape: 'two', mark: 'none' },
  child: { shape: 'small', mark: 'none' },
  wheelchair: { shape: 'person', mark: 'wheel' },
  runner: { shape: 'person', mark: 'run' },
  screenshot: { shape: 'phone', mark: 'clock' },
  expired: { shape: 'phone', mark: 'clock' },
  revoked: { shape: 'phone', mark: 'cross' },
  noticket: { shape: 'person', mark: 'cross' },
  copied: { shape: 'phone', mark: 'copy' },
  forged: { shape: 'phone', mark: 'cross' },
  menu: { shape: 'phone', mark: 'none' },
  staffed: { shape: 'person', mark: 'none' },
}

export function Figure({ name }: { readonly name: SentName }) {
  const { shape, mark } = PICTURES[name]
  return (
    <svg class="figure" viewBox="0 0 28 28" aria-hidden="true">
      <Shape shape={shape} />
      <MarkDrawn mark={mark} />
    </svg>
  )
}

function Shape({ shape }: Pick<Picture, 'shape'>) {
  switch (shape) {
    case 'person':
      return <Person x={14} scale={1} />
    case 'small':
      return <Person x={14} scale={0.72} />
    case 'two':
      return (
        <>
          <Person x={20} scale={0.8} />
          <Person x={9} scale={0.8} />
        </>
      )
    case 'phone':
      return (
        <>
          <rect class="body" x="7" y="2" width="14" height="24" rx="3" />
          <path class="head" d="M10.5 7h3v3h-3zM14.5 7h3v3h-3zM10.5 11h3v3h-3zM15.5 12h2v2h-2z" />
        </>
      )
  }
}

function Person({ x, scale }: { readonly x: number; readonly scale: number }) {
  return (
    <g transform={`translate(${x} 26) scale(${scale})`}>
      <path class="body" d="M-10 0c0-7 5-10 10-10s10 3 10 10z" />
      <circle class="head" cy="-17" r="5" />
    </g>
  )
}

function MarkDrawn({ mark }: Pick<Picture, 'mark'>) {
  switch (mark) {
    case 'none':
      return null
    case 'cross':
      return <path class="bad" d="M10 17l8 7m0-7-8 7" />
    case 'clock':
      return <path class="bad" d="M14 25a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM14 18v2.5l2 1" />
    case 'copy':
      return <path class="bad" d="M11 17h5v6h-5zM13.5 19.5h5v5h-5z" />
    case 'case':
      return <path class="case" d="M19 18h8v8h-8zM21.5 18v-3h3v3" />
    case 'run':
      return <path class="speed" d="M1 10h5M0 15h4M2 20h3" />
    case 'wheel':
      return <path class="speed" d="M21 26a4 4 0 1 0 0-8 4 4 0 0 0 0 8z" />
  }
}

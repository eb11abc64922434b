/** People and things in a lane, each where its body is. */
import { lengthOf, MIDDLE, xOf } from '../lane-drawing.ts'
import type { BodyState } from '../protocol.ts'
import type { LaneShown } from '../station.ts'
import { say } from '../texts.ts'
import { SENT } from '../travellers.ts'

export function Bodies({ lane: { state, leaving } }: { readonly lane: LaneShown }) {
  return (
    <>
      {leaving.value.map(body => (
        <Drawn key={body.id} body={body} isLeaving />
      ))}
      {state.value.bodies.map(body => (
        <Drawn key={body.id} body={body} isLeaving={false} />
      ))}
    </>
  )
}

/** Where the first in a queue stands, and everybody behind the reader: metres from the barrier. */
const NAMED_WITHIN = 1.45

interface DrawnProps {
  readonly body: BodyState
  /** Walks on and is gone. */
  readonly isLeaving: boolean
}

function Drawn({ body, isLeaving }: DrawnProps) {
  const { at, way, isBack } = body
  const towards = (way === 'entry') === isBack ? -1 : 1
  const leaves = isLeaving ? (towards === 1 ? 'leaves right' : 'leaves left') : ''
  return (
    <g
      transform={`translate(${xOf(at).toFixed(1)} ${MIDDLE})`}
      data-body={isLeaving ? undefined : body.id}
    >
      <g class={`someone ${leaves}`}>
        <Shape body={body} towards={towards} />
      </g>
    </g>
  )
}

function Shape({ body, towards }: { readonly body: BodyState; readonly towards: number }) {
  const rx = lengthOf(body.halfDepth)
  if (body.kind === 'case') {
    return <rect class="case" x={-rx} y="-13" width={2 * rx} height="26" rx="5" />
  }
  const isChild = body.halfDepth < 0.12
  return (
    <>
      {body.kind === 'wheels' && (
        <path
          class="wheels"
          d={`M${-rx} -32H${rx * 0.6}M${-rx} 32H${rx * 0.6}M${rx * 0.6} -18h16v36h-16z`}
        />
      )}
      <ellipse class="body" rx={Math.min(rx, 26)} ry={isChild ? 20 : 30} />
      <circle class="head" r={isChild ? 8 : 10.5} />
      <path
        class="nose"
        transform={`scale(${towards} 1)`}
        d={isChild ? 'M8 -3l6 3-6 3z' : 'M10-4l7 4-7 4z'}
      />
      {body.isShowing && (
        <rect class="phone" x={towards * 30 - 5} y="14" width="10" height="18" rx="2" />
      )}
      {isAtReader(body) && <Name who={body.who} />}
    </>
  )
}

/** Names of people in a queue would lie upon each other. */
const isAtReader = ({ at }: BodyState) => Math.abs(at) < NAMED_WITHIN

const NAMED = [...SENT, 'you', 'picture'] as const

function Name({ who }: { readonly who: string }) {
  const known = NAMED.find(name => name === who)
  if (known === undefined) return null
  return (
    <text class="name" y="-36" text-anchor="middle">
      {say(`who.${known}`)}
    </text>
  )
}

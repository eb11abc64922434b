/** The way of a lane seen from above: cabinets, beams, barrier, signs, and the people in it. */
import { useComputed } from '@preact/signals'
import {
  activeOf,
  armsOf,
  BOTTOM,
  CABINET,
  HEIGHT,
  lampsOf,
  lengthOf,
  MIDDLE,
  TOP,
  turningWay,
  WIDTH,
  xOf,
} from '../lane-drawing.ts'
import type { LanePlan, LaneState } from '../protocol.ts'
import type { LaneShown } from '../station.ts'
import { Bodies } from './body-view.tsx'

interface FloorProps {
  readonly lane: LaneShown
  /** What is seen, in words. */
  readonly label: string
}

export function Floor({ lane, label }: FloorProps) {
  const { plan, levels } = lane
  return (
    <svg class="floor" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={label}>
      <rect class="ground" y={TOP - 8} width={WIDTH} height={BOTTOM - TOP + 16} rx="6" />
      <Cabinets />
      <Beams plan={plan} levels={levels.value} />
      <Bodies lane={lane} />
      <Barrier lane={lane} />
      <Panel plan={plan} levels={levels.value} />
      <Reader lane={lane} />
    </svg>
  )
}

function Cabinets() {
  const x = xOf(-CABINET)
  const width = lengthOf(2 * CABINET)
  return (
    <>
      <rect class="cabinet" x={x} y={TOP - 36} width={width} height="36" rx="9" />
      <rect class="cabinet" x={x} y={BOTTOM} width={width} height="36" rx="9" />
    </>
  )
}

interface PinsProps {
  readonly plan: LanePlan
  readonly levels: string
}

function Beams({ plan, levels }: PinsProps) {
  return (
    <>
      {plan.beams.map(({ name, at }) => {
        if (name === 'beamLow')
          return <LowBeam key={name} at={at} cut={activeOf(plan, levels, name)} />
        const cut = activeOf(plan, levels, name) ? 'cut' : ''
        const x = xOf(at)
        return (
          <g key={name} class={`beam ${cut}`} data-beam={name}>
            <path d={`M${x} ${TOP}V${BOTTOM}`} />
            <circle cx={x} cy={TOP} r={4} />
            <circle cx={x} cy={BOTTOM} r={4} />
            <text x={x} y={BOTTOM + 22} text-anchor="middle">
              {name.replace('beam', '')}
            </text>
          </g>
        )
      })}
    </>
  )
}

/** At the height of an ankle, beside D: drawn a little off, so that both are seen. */
function LowBeam({ at, cut }: { readonly at: number; readonly cut: boolean }) {
  const x = xOf(at) + 8
  return (
    <g class={`beam low ${cut ? 'cut' : ''}`} data-beam="beamLow">
      <path d={`M${x} ${TOP}V${BOTTOM}`} />
      <path class="foot" d={`M${x - 3} ${BOTTOM}h6v6h-6zM${x - 3} ${TOP - 6}h6v6h-6z`} />
    </g>
  )
}

const PANEL = MIDDLE - TOP - 2
const TUCKED = 9

function Barrier({ lane: { plan, state } }: Pick<FloorProps, 'lane'>) {
  const position = useComputed(() => state.value.position)
  if (plan.profile === 'tripod') return <Tripod plan={plan} state={state.value} />
  const length = TUCKED + (PANEL - TUCKED) * (1 - position.value)
  const x = xOf(0) - 7
  return (
    <g class="flaps" data-position={position.value}>
      <rect x={x} y={TOP} width="14" height={length} rx="5" />
      <rect x={x} y={BOTTOM - length} width="14" height={length} rx="5" />
    </g>
  )
}

function Tripod({ plan, state }: { readonly plan: LanePlan; readonly state: LaneState }) {
  const hub = { x: xOf(0), y: TOP - 6 }
  return (
    <g class="tripod" data-position={state.position}>
      {armsOf(state.position, turningWay(plan, state)).map((end, i) => (
        <path key={i} d={`M${hub.x} ${hub.y}l${end.x.toFixed(1)} ${end.y.toFixed(1)}`} />
      ))}
      <circle cx={hub.x} cy={hub.y} r="10" />
    </g>
  )
}

/** The sign that people see who come: an arrow, a cross, an amber lamp. */
function Panel({ plan, levels }: PinsProps) {
  const lamps = lampsOf(plan, levels)
  const isEntry = plan.direction === 'entry'
  const x = isEntry ? xOf(-CABINET) + 14 : xOf(CABINET) - 14 - 76
  const y = TOP - 32
  const towards = isEntry ? 1 : -1
  return (
    <g class="panel" transform={`translate(${x} ${y})`}>
      <rect width="76" height="28" rx="6" />
      <path
        class={lamps.arrow ? 'arrow lit' : 'arrow'}
        data-lamp="arrow"
        transform={`translate(16 14) scale(${towards} 1)`}
        d="M-8 0H8M1-7 8 0 1 7"
      />
      <path
        class={lamps.cross ? 'cross lit' : 'cross'}
        data-lamp="cross"
        transform="translate(40 14)"
        d="M-6-6 6 6M6-6-6 6"
      />
      <path
        class={lamps.amber ? 'amber lit' : 'amber'}
        data-lamp="amber"
        transform="translate(62 14)"
        d="M0-7 8 7H-8z"
      />
    </g>
  )
}

/** Where codes are shown; it is lit while somebody shows one. */
function Reader({ lane: { plan, state } }: Pick<FloorProps, 'lane'>) {
  const isUsed = useComputed(() => state.value.bodies.some(body => body.isShowing))
  const towards = plan.direction === 'entry' ? 1 : -1
  const x = xOf(plan.readerAt) + towards * 52
  return (
    <rect
      class={isUsed.value ? 'reader used' : 'reader'}
      x={x - 5}
      y={BOTTOM - 4}
      width="10"
      height="26"
      rx="4"
    />
  )
}

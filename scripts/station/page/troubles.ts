/** Which of the page's switches are on, from the station itself: whoever turned them. */
import type { SimLane } from '../../../fixtures/sim-lane.ts'
import type { World } from '../../../fixtures/world.ts'
import { GATE_TROUBLES, LANE_TROUBLES, troubleId } from '../../../server/web/station/troubles.ts'

const OF_GATE: Readonly<Record<(typeof GATE_TROUBLES)[number], (world: World) => boolean>> = {
  network: world => !world.isServing(),
}

const OF_LANE: Readonly<Record<(typeof LANE_TROUBLES)[number], (lane: SimLane) => boolean>> = {
  fire: ({ turnstile }) => turnstile.contact('fire'),
  board: ({ boardWire }) => !boardWire.plugged,
  scanner: ({ scannerWire }) => !scannerWire.plugged,
  usb: ({ usb }) => usb?.plugged === false,
}

export function troublesOf(world: World): string[] {
  const gate = GATE_TROUBLES.filter(name => OF_GATE[name](world)).map(name => troubleId(name))
  const lanes = world.lanes.flatMap(lane =>
    LANE_TROUBLES.filter(name => OF_LANE[name](lane)).map(name => troubleId(name, lane.name)),
  )
  return [...gate, ...lanes]
}

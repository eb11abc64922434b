/** Which of the page's switches are on, from the station itself: whoever turned them. */
import type { SimLane } from '../../../fixtures/sim-lane.ts'
import { GATE_TROUBLES, LANE_TROUBLES, troubleId } from '../../../server/web/station/troubles.ts'
import { OF_GATE as MADE_OF_GATE, OF_LANE as MADE_OF_LANE } from '../made-troubles.ts'
import type { Station } from '../station-state.ts'

const OF_GATE: Readonly<Record<(typeof GATE_TROUBLES)[number], (station: Station) => boolean>> = {
  network: ({ world }) => !world.isServing(),
  lies: MADE_OF_GATE.lies.isOn,
  power: MADE_OF_GATE.power.isOn,
  disk: MADE_OF_GATE.disk.isOn,
  clock: MADE_OF_GATE.clock.isOn,
}

const OF_LANE: Readonly<Record<(typeof LANE_TROUBLES)[number], (lane: SimLane) => boolean>> = {
  fire: ({ turnstile }) => turnstile.contact('fire'),
  beam: MADE_OF_LANE.beam.isOn,
  board: ({ boardWire }) => !boardWire.plugged,
  scanner: ({ scannerWire }) => !scannerWire.plugged,
  usb: ({ usb }) => usb?.plugged === false,
  camera: ({ camera }) => camera?.plugged === false,
}

export function troublesOf(station: Station): string[] {
  const gate = GATE_TROUBLES.filter(name => OF_GATE[name](station)).map(name => troubleId(name))
  const lanes = station.world.lanes.flatMap(lane =>
    LANE_TROUBLES.filter(name => OF_LANE[name](lane)).map(name => troubleId(name, lane.name)),
  )
  return [...gate, ...lanes]
}

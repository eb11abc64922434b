/** Troubles that one may bring upon a station: each a switch of the page, and two lines of the prompt. */

export const GATE_TROUBLES = ['network', 'lies', 'power', 'disk', 'clock'] as const
export const LANE_TROUBLES = ['fire', 'beam', 'board', 'scanner', 'usb', 'camera'] as const
export type TroubleName = (typeof GATE_TROUBLES)[number] | (typeof LANE_TROUBLES)[number]

/** As an update names it. */
export const troubleId = (name: TroubleName, lane = ''): string => `${name} ${lane}`.trim()

interface Lines {
  readonly on: string
  readonly off: string
}

const made = (name: TroubleName): Lines => ({
  on: `trouble ${name} on`,
  off: `trouble ${name} off`,
})

const LINES: Readonly<Record<TroubleName, Lines>> = {
  network: { on: 'network off', off: 'network on' },
  lies: made('lies'),
  power: made('power'),
  disk: made('disk'),
  clock: made('clock'),
  fire: { on: 'fire on', off: 'fire off' },
  beam: made('beam'),
  board: { on: 'unplug board', off: 'plug board' },
  scanner: { on: 'unplug scanner', off: 'plug scanner' },
  usb: { on: 'unplug usb', off: 'plug usb' },
  camera: { on: 'unplug camera', off: 'plug camera' },
}

/** What is typed at the prompt to turn it on or off. */
export const troubleLine = (name: TroubleName, isOn: boolean, lane = ''): string =>
  `${isOn ? LINES[name].on : LINES[name].off} ${lane}`.trim()

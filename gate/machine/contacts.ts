import type { MachineContact } from './state.ts'

/** Every contact that a lane listens to. */
export const MACHINE_CONTACTS: readonly MachineContact[] = [
  'passA',
  'passB',
  'fire',
  'stop',
  'release',
  'tamper',
  'relayFeedback',
  'beamA',
  'beamB',
  'beamC',
  'beamD',
  'beamE',
  'beamF',
  'beamLow',
]

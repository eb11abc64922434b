/** A gate that is only played, as far as a recording hears it: lanes, memory and trust moved by hand. */
import { createSmallMemory } from '../../../fixtures/small-memory.ts'
import type { TrustDocument } from '../../../pass/documents/trust-documents.ts'
import { RECORDING_FORMAT, type RecordingHeader } from '../../contract/recording.ts'
import { type LaneState, startingLane } from '../../machine/state.ts'
import type { MemorySnapshot } from '../../memory/packed-memory.ts'
import type { RecordedGate } from '../../recording/session.ts'
import { bootClock } from '../../trust/clock.ts'
import { factoryState } from '../../trust/state.ts'

export const PLAYED_HEADER: Omit<RecordingHeader, 'by' | 'minutes'> = {
  ...{ format: RECORDING_FORMAT, version: 1, gate: 'north-1', station: 'north' },
  ...{ software: '0', at: 0, revision: 1, config: {}, factory: '' },
}

/** Of lanes by these names, in service and at rest; its trust is the factory's. */
export function playGate(lanes: readonly string[], snapshot?: MemorySnapshot) {
  const trust = factoryState({ iat: 0, keys: [] } as unknown as TrustDocument)
  const clock = bootClock({ hostMs: 0, monotonicMs: 0, floorMs: 0, unprovenMs: 0 })
  const memory = createSmallMemory(snapshot, 'north-1')
  const states = new Map<string, LaneState['state']>()
  let tell = () => {}
  let held = { state: trust, clock }
  const gate: RecordedGate = {
    name: 'north-1',
    lanes: lanes.map(name => ({
      name,
      view: () => ({ ...startingLane(), state: states.get(name) ?? { name: 'Locked' } }),
      activeContacts: () => [],
      modesAsked: () => ({ by: 'config' }),
    })),
    trust: {
      held: () => held,
      rollback: () => 'none',
      onStanding(listener) {
        tell = listener
        return () => {
          tell = () => {}
        }
      },
    },
    memory,
  }
  return {
    ...{ gate, memory },
    become: (lane: string, state: LaneState['state']) => void states.set(lane, state),
    /** Its clock is set. */
    setClock(anchorMs: number) {
      held = { ...held, clock: { ...held.clock, anchorMs } }
      tell()
    },
  }
}

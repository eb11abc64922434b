/** Below what a passenger began: that it takes longer, and why it may. */
import { Patient } from '../../shared/parts.tsx'
import type { Passenger } from '../passenger.ts'
import { say } from '../texts.ts'

export function Waited({ passenger }: { readonly passenger: Passenger }) {
  const waiting = passenger.waiting.value
  const isSaid = waiting === 'slow' || waiting === 'very-slow'
  return <Patient text={isSaid ? say(waiting) : undefined} />
}

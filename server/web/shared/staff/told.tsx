/** What is said beside a form of staff: that it takes time, and what went wrong. */
import { Patient } from '../parts.tsx'
import type { Waiting } from '../patience.ts'
import { sayStaff } from './staff-texts.ts'

export function Waited({ waiting }: { readonly waiting: Waiting }) {
  const isSaid = waiting === 'slow' || waiting === 'very-slow'
  return <Patient text={isSaid ? sayStaff(waiting) : undefined} />
}

/** What went wrong, said at once to screen readers; undefined where nothing did. */
export function ToldText({ text }: { readonly text: string | undefined }) {
  return (
    <p class="trouble" role="alert">
      {text}
    </p>
  )
}

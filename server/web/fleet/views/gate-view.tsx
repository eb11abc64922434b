/** One gate: how it is, its journal, its config. */

import { useFocus } from '../../shared/focus.ts'
import { Heading, Spinner } from '../../shared/parts.tsx'
import type { GateRow } from '../gate-row.ts'
import { GATE_PARTS, type GatePart, hashOf } from '../place.ts'
import { say } from '../texts.ts'
import { State } from './alarm.tsx'
import { ConfigView } from './config-view.tsx'
import { GateState } from './gate-state.tsx'
import { JournalView } from './journal-view.tsx'
import type { FleetProps } from './parts.tsx'

interface GateProps extends FleetProps {
  readonly gate: string
  readonly part: GatePart
}

export function GateView({ fleet, gate, part }: GateProps) {
  const row = fleet.gates.row(gate)?.value
  return (
    <div class="page">
      <div class="gate-head">
        <a class="back" href={hashOf({ at: 'gates' })}>
          {say('gate.back')}
        </a>
        <Heading>{gate}</Heading>
        {row !== undefined && (
          <>
            <span class="quiet">{row.station}</span>
            <State row={row} />
          </>
        )}
      </div>
      <Inside fleet={fleet} gate={gate} part={part} row={row} />
    </div>
  )
}

function Inside({ fleet, gate, part, row }: GateProps & { readonly row: GateRow | undefined }) {
  const retirement = fleet.admin.retirement.value
  if (retirement.is === 'done' && retirement.gate === gate) {
    return <Retired gate={gate} />
  }
  if (!fleet.gates.isHere.value) {
    return (
      <p class="waiting quiet" role="status">
        <Spinner />
        {say('gates.loading')}
      </p>
    )
  }
  if (row === undefined) return <p class="quiet empty">{say('gate.none')}</p>
  return (
    <>
      <nav class="tabs" aria-label={say('gate.parts')}>
        {GATE_PARTS.map(one => (
          <a
            key={one}
            href={hashOf({ at: 'gate', gate, part: one })}
            aria-current={one === part ? 'page' : undefined}
          >
            {say(`gate.${one}`)}
          </a>
        ))}
      </nav>
      {part === 'state' && <GateState fleet={fleet} row={row} />}
      {part === 'journal' && <JournalView fleet={fleet} />}
      {part === 'config' && <ConfigView fleet={fleet} row={row} />}
    </>
  )
}

function Retired({ gate }: { readonly gate: string }) {
  return (
    <p ref={useFocus<HTMLParagraphElement>()} class="card pad" role="status" tabIndex={-1}>
      {say('retire.done', { gate })}
    </p>
  )
}

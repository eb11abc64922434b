/**
 * Input that no device gave: a contact or a scan that a technician pretends. The rule: it is taken
 * only while the lane serves nobody (in maintenance), so that nothing pretended lets a person
 * through. Its end is always taken, and it never hides what a device says. Each is a row.
 */
import type { GateBoard } from '../../hardware/ports.ts'
import type { Direction, TestBody, TraceStep } from '../contract/events.ts'
import { servesNobody } from '../machine/part-test.ts'
import type { MachineContact, Verdict } from '../machine/state.ts'
import type { Runner } from './effect-runner.ts'
import type { Pipeline } from './scan-pipeline.ts'

/**
 * `CONTACT_IS_ACTIVE`: the device itself says so. `NOT_PRETENDED`: it can't be ended, nobody
 * pretends it. `NO_SUCH_PART`: no scanner of this lane looks that way.
 */
export type PretendRefusal =
  | 'NOT_IN_MAINTENANCE'
  | 'CONTACT_IS_ACTIVE'
  | 'NOT_PRETENDED'
  | 'NO_SUCH_PART'

/** What a scan would have been told; `IGNORED` for a scanner that repeats itself. */
export interface PretendedVerdict {
  readonly code: string
  readonly trace: readonly TraceStep[]
}

export interface PretendedInput {
  contact(contact: MachineContact, active: boolean, by: string): PretendRefusal | undefined
  /** Decides as for a lane that serves. The machine is told nothing: no pass is used, nothing moves. */
  scan(direction: Direction, text: string, by: string): PretendRefusal | PretendedVerdict
  /** Contacts that are active by pretence alone. */
  contacts(): readonly MachineContact[]
  /** A device says something of this contact: that holds from now on. */
  overruled(contact: MachineContact): void
  /** The board is gone: what was pretended of its contacts is over, as what they said. */
  forget(): void
  /** Ends each, before the lane serves again. */
  endAll(by: string): void
}

export interface PretendedInputParts {
  readonly runner: Pick<Runner, 'feed' | 'lane'>
  readonly contacts: GateBoard['contacts']
  /** By the direction that its scanner looks in. */
  readonly judges: ReadonlyMap<Direction, Pick<Pipeline, 'judge'>>
}

export function createPretendedInput(parts: PretendedInputParts): PretendedInput {
  const { runner, judges } = parts
  const held = new Set<MachineContact>()

  function note(row: Omit<TestBody, 'pretended'>): void {
    const body = { ...row, by: row.by.slice(0, 80), pretended: true } as const
    runner.feed({ type: 'note', body })
  }

  function end(contact: MachineContact, by: string): void {
    held.delete(contact)
    note({ about: 'contact', what: contact, by, active: false })
    runner.feed({ type: 'contact', contact, active: false })
  }

  return {
    contact(contact, active, by) {
      if (!active) {
        if (!held.has(contact)) return 'NOT_PRETENDED'
        end(contact, by)
        return undefined
      }
      if (!servesNobody(runner.lane())) return 'NOT_IN_MAINTENANCE'
      if (held.has(contact) || parts.contacts.isActive(contact)) return 'CONTACT_IS_ACTIVE'
      held.add(contact)
      note({ about: 'contact', what: contact, by, active: true })
      runner.feed({ type: 'contact', contact, active: true })
      return undefined
    },
    scan(direction, text, by) {
      if (!servesNobody(runner.lane())) return 'NOT_IN_MAINTENANCE'
      const judge = judges.get(direction)
      if (judge === undefined) return 'NO_SUCH_PART'
      const found = outcomeOf(judge.judge(text))
      note({ about: 'scan', what: direction, by, code: found.code, trace: [...found.trace] })
      return found
    },
    contacts: () => [...held],
    overruled: contact => void held.delete(contact),
    forget: () => held.clear(),
    endAll(by) {
      for (const contact of [...held]) end(contact, by)
    },
  }
}

export function outcomeOf(verdict: Verdict): PretendedVerdict {
  switch (verdict.verdict) {
    case 'admit':
      return { code: verdict.grant.code, trace: verdict.grant.trace }
    case 'deny':
      return { code: verdict.code, trace: verdict.scan.trace }
    case 'ignore':
      return { code: 'IGNORED', trace: [] }
    default:
      return verdict satisfies never
  }
}

/** What can be done for the person at hand, and why not: one row each, in the order of the page. */

import type { Permission } from '../shared/staff/staff-screen.ts'
import type { Desk } from './desk.ts'
import type { KeyName } from './keys.ts'
import type { Person } from './screens.ts'
import type { TextKey } from './texts.ts'

export interface Choice {
  readonly name: Exclude<KeyName, 'number' | 'queue' | 'find'>
  readonly text: TextKey
  /** Why it can't be done; undefined where it can. */
  readonly why: TextKey | undefined
}

interface Row {
  readonly text: TextKey
  readonly permission: Permission
  readonly why: (person: Person, now: number) => TextKey | undefined
}

const certificate = ({ looked }: Person): TextKey | undefined =>
  looked.certificate === null ? 'act.needs-certificate' : undefined
/** A ticket that is sold and has not left. */
const ticket = (person: Person, now: number): TextKey | undefined =>
  certificate(person) ?? (openTickets(person, now).length === 0 ? 'act.needs-ticket' : undefined)

const ROWS: Readonly<Record<Choice['name'], Row>> = {
  paper: { text: 'act.paper', permission: 'certificate.paper', why: certificate },
  sale: { text: 'act.sale', permission: 'ticket.sell', why: certificate },
  change: { text: 'act.change', permission: 'ticket.change', why: ticket },
  refund: { text: 'act.refund', permission: 'ticket.refund', why: ticket },
  issue: { text: 'act.issue', permission: 'certificate.issue', why: () => undefined },
  unlock: { text: 'act.unlock', permission: 'person.unlock', why: () => undefined },
  revoke: { text: 'act.revoke', permission: 'certificate.revoke', why: certificate },
}

/** `now`: Unix milliseconds. */
export function openTickets({ tickets }: Person, now: number) {
  const all = tickets.is === 'here' ? tickets.value : []
  return all.filter(({ state, departsAt }) => state === 'sold' && Date.parse(departsAt) > now)
}

/** A lock is lifted where one is. */
export function choicesOf(desk: Pick<Desk, 'may' | 'now'>, person: Person): readonly Choice[] {
  const names = Object.keys(ROWS) as Choice['name'][]
  const isRunning = person.looked.certificate !== null
  return names
    .filter(name => name !== 'unlock' || person.looked.faceChecks.used > 0)
    .map(name => {
      const { text, permission, why } = ROWS[name]
      return {
        name,
        text: name === 'issue' && isRunning ? 'act.reissue' : text,
        why: desk.may(permission) ? why(person, desk.now()) : 'act.forbidden',
      }
    })
}

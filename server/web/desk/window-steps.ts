/** What the window does for the person that it has: issue, print, revoke, lift a lock. */

import { maskedNumber } from '../shared/masked-number.ts'
import { type DeskContext, troubleOf } from './desk-context.ts'
import type { PaperSize, Person } from './screens.ts'

export interface WindowSteps {
  /** `name`: as on the document that lies before staff. */
  issue(person: Person, name: string, reason: string): Promise<void>
  /** Signs a pass for paper and opens the print dialog. */
  paper(person: Person, reason: string): Promise<void>
  printAgain(): void
  revoke(person: Person, reason: string): Promise<void>
  unlock(person: Person, reason: string): Promise<void>
  /** Which paper, from now on. */
  size(size: PaperSize): void
}

/** `onAsked`: a second member of staff was asked. */
export function createWindowSteps(
  page: DeskContext,
  { onAsked, keepSize }: { onAsked: () => void; keepSize: (size: PaperSize) => void },
): WindowSteps {
  const { act } = page

  async function issue(person: Person, name: string, reason: string): Promise<void> {
    const route = 'POST /v1/desk/certificates'
    const body = {
      person: { name: name.trim(), ...person.document },
      reason: reason.trim(),
      replaceActive: person.looked.certificate !== null,
    }
    const answer = await page.work(route, { body })
    if (!answer.ok) {
      act.value = { is: 'issue', trouble: troubleOf(page, route, answer) }
      return
    }
    if ('approval' in answer.body) {
      const { approval } = answer.body
      act.value = { is: 'asked', approval: approval.id, expiresAt: Date.parse(approval.expiresAt) }
      page.change(person, { looked: { ...person.looked, approval } })
      onAsked()
      return
    }
    const { certificate, claim } = answer.body
    act.value = { is: 'issued', code: claim.code, expiresAt: Date.parse(claim.expiresAt) }
    const { maskedName } = person.looked
    page.change(person, {
      name: person.name ?? (maskedName === null ? name.trim() : undefined),
      looked: { ...person.looked, certificate: { ...certificate, channel: 'desk' } },
    })
  }

  async function paper(person: Person, reason: string): Promise<void> {
    const route = 'POST /v1/desk/certificates/{id}/paper'
    const id = person.looked.certificate?.id ?? ''
    const answer = await page.work(route, { params: { id }, body: { reason: reason.trim() } })
    if (!answer.ok) {
      act.value = { is: 'paper', trouble: troubleOf(page, route, answer) }
      return
    }
    const { code, passExpiresAt } = answer.body
    const paper = {
      ...{ code, passExpiresAt: Date.parse(passExpiresAt) },
      name: person.looked.maskedName ?? person.name ?? '',
      number: maskedNumber(person.document.documentNumber),
    }
    act.value = { is: 'printed', paper }
    // When it is drawn.
    page.ports.timers.after(0, page.ports.print)
  }

  async function revoke(person: Person, reason: string): Promise<void> {
    const route = 'POST /v1/desk/certificates/{id}/revoke'
    const id = person.looked.certificate?.id ?? ''
    const answer = await page.work(route, { params: { id }, body: { reason: reason.trim() } })
    if (!answer.ok) {
      act.value = { is: 'revoke', trouble: troubleOf(page, route, answer) }
      return
    }
    act.value = { is: 'revoked', areGatesTold: answer.body.manifestVersion !== null }
    page.change(person, {
      looked: { ...person.looked, certificate: null },
      tickets: { is: 'none' },
    })
  }

  async function unlock(person: Person, reason: string): Promise<void> {
    const route = 'POST /v1/people/unlock'
    const answer = await page.work(route, { body: { ...person.document, reason: reason.trim() } })
    if (!answer.ok) {
      act.value = { is: 'unlock', trouble: troubleOf(page, route, answer) }
      return
    }
    act.value = { is: 'unlocked' }
    const faceChecks = { ...person.looked.faceChecks, used: 0, lockedUntil: null }
    page.change(person, { looked: { ...person.looked, faceChecks } })
  }

  return { issue, paper, printAgain: page.ports.print, revoke, unlock, size: keepSize }
}

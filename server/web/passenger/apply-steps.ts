/** Form, consent, application; and the appeal against a refusal. */
import { checkDocumentNumber } from '../../domain/document.ts'
import { checkName, maskName } from '../../domain/name.ts'
import { maskedNumber } from '../shared/masked-number.ts'
import { makePhoneKey } from '../shared/phone-keys.ts'
import { isMinor } from './form-checks.ts'
import type { KeptApplication, Who } from './kept.ts'
import { type PageContext, waitedFor } from './page-context.ts'
import type { Draft } from './screens.ts'

export interface ApplySteps {
  /** To the form, as it was filled in before. */
  fillIn(): void
  /** The form is whole: on to the consent. */
  submit(draft: Draft): void
  /** Opens the application. `byGuardian`: a guardian's consent, too. */
  consent(byGuardian: boolean): Promise<void>
  /** To the form of an appeal, and sends it. */
  beginAppeal(application: KeptApplication): void
  appeal(application: KeptApplication, text: string, contact: string): Promise<void>
}

/** Problems that the form can put right. */
const OF_FORM = new Set([
  'DOCUMENT_INVALID',
  'DOCUMENT_OTHER_TYPE',
  'DOCUMENT_TYPE',
  'NAME_INVALID',
])

export function createApplySteps(page: PageContext): ApplySteps {
  const { screen, draft, client, keeper, serviceClock } = page

  async function consent(byGuardian: boolean): Promise<void> {
    const { city, ...typed } = draft.value
    const body = {
      ...typed,
      city: city.trim(),
      consent: true,
      guardianConsent: byGuardian,
    } as const
    const answer = await client.call('POST /v1/applications', { body }, await keeper.device())
    if (answer.ok) {
      const { id, expiresAt } = answer.body.application
      const holder = await makePhoneKey()
      const who = whoOf(draft.value, serviceClock.now())
      const application = { id, expiresAt: Date.parse(expiresAt), holder, who }
      await keeper.set('application', application)
      screen.value = { at: 'ready', of: { kind: 'application', application } }
      return
    }
    if (answer.why === 'unreachable') {
      const again = () => void waitedFor(page, () => consent(byGuardian))
      screen.value = { at: 'unreachable', again }
    } else if (OF_FORM.has(answer.problem.code)) {
      screen.value = { at: 'form', refusal: answer.problem }
    } else {
      screen.value = { at: 'refused', problem: answer.problem, of: undefined }
    }
  }

  async function appeal(
    application: KeptApplication,
    text: string,
    contact: string,
  ): Promise<void> {
    const reachable = contact.trim() === '' ? {} : { contact: contact.trim() }
    const body = { application: application.id, text: text.trim(), ...reachable }
    const answer = await client.call('POST /v1/appeals', { body }, await keeper.device())
    if (answer.ok) screen.value = { at: 'appealed' }
    else if (answer.why === 'refused') {
      screen.value = { at: 'appeal', application, refusal: answer.problem }
    } else {
      const again = () => void waitedFor(page, () => appeal(application, text, contact))
      screen.value = { at: 'unreachable', again }
    }
  }

  return {
    fillIn() {
      screen.value = { at: 'form' }
    },
    submit(typed) {
      draft.value = typed
      screen.value = { at: 'consent', isMinor: isMinor(typed, serviceClock.now()) }
    },
    consent: byGuardian => waitedFor(page, () => consent(byGuardian)),
    beginAppeal(application) {
      screen.value = { at: 'appeal', application }
    },
    appeal: (...said) => waitedFor(page, () => appeal(...said)),
  }
}

/** As it may be shown: the service reads name and number the same way. */
function whoOf({ name, documentType, documentNumber }: Draft, now: number): Who {
  const read = checkName(name)
  const number = checkDocumentNumber(documentType, documentNumber, now)
  return {
    name: maskName(read.ok ? read.name : name),
    number: maskedNumber(number.ok ? number.number : documentNumber),
  }
}

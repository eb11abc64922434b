/** What is wrong with the form, as it is typed: by the same rules as the service's. */
import { isUnderConsentAge } from '../../domain/birth-date.ts'
import { checkDocumentNumber } from '../../domain/document.ts'
import { checkName } from '../../domain/name.ts'
import type { InBoth } from '../../domain/told.ts'
import type { Draft } from './screens.ts'

export interface Fault {
  /** Of what kind it is, without repeating it. */
  readonly seen: InBoth
  readonly expected: InBoth
}

export type Faults = { readonly [F in 'name' | 'documentNumber' | 'city']?: Fault }

const NO_CITY: Fault = {
  seen: { zh: '没有填写', en: 'nothing' },
  expected: { zh: '现在所在的城市', en: 'the city where you are' },
}

/** `now`: Unix milliseconds. Empty when all is well. */
export function faultsOf(draft: Draft, now: number): Faults {
  const name = checkName(draft.name)
  const number = checkDocumentNumber(draft.documentType, draft.documentNumber, now)
  return {
    ...(name.ok ? {} : { name }),
    ...(number.ok ? {} : { documentNumber: number }),
    ...(draft.city.trim() === '' ? { city: NO_CITY } : {}),
  }
}

/** Under 14 a guardian consents too. */
export function isMinor({ documentType, documentNumber }: Draft, now: number): boolean {
  const number = checkDocumentNumber(documentType, documentNumber, now)
  return number.ok && isUnderConsentAge(documentType, number.number, now)
}

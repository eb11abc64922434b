/**
 * A person's name and document as typed, made canonical or refused. Applying, the desk, paper and the
 * import of people use it, so that one person is the same everywhere.
 */
import { birthDateIn } from '../domain/birth-date.ts'
import { checkDocumentNumber } from '../domain/document.ts'
import type { DocumentType } from '../domain/document-type.ts'
import { checkName } from '../domain/name.ts'
import type { InBoth } from '../domain/told.ts'
import { Problem } from '../errors.ts'
import type { Identity } from '../store/people/people.ts'

export interface TypedIdentity {
  readonly name: string
  readonly documentType: DocumentType
  readonly documentNumber: string
}

/** A field that was read otherwise than it was typed, and how that is told. */
export interface Reading {
  readonly field: 'name' | 'documentNumber'
  /** What it was read as. */
  readonly as: string
  readonly told: InBoth
}

/** Beside what was read: what may be wrong with it, and what was folded. */
export interface Remarks {
  readonly warnings: readonly string[]
  readonly readings: readonly Reading[]
}

const READ_AS = {
  name: { zh: '姓名读作“{as}”。', en: 'We read your name as “{as}”.' },
  documentNumber: { zh: '证件号码读作“{as}”。', en: 'We read your document number as “{as}”.' },
} as const satisfies Record<Reading['field'], InBoth>

/** None where it was typed as it is read. */
export function readingsOf(field: Reading['field'], typed: string, as: string): readonly Reading[] {
  if (typed === as) return []
  const { zh, en } = READ_AS[field]
  const told = { zh: zh.replace('{as}', () => as), en: en.replace('{as}', () => as) }
  return [{ field, as, told }]
}

/**
 * A document alone. `taken`: the types of document that this service takes. Throws Problem
 * `DOCUMENT_TYPE`, `DOCUMENT_OTHER_TYPE` or `DOCUMENT_INVALID`.
 */
export function checkDocument(
  taken: readonly DocumentType[],
  { documentType, documentNumber: typed }: Omit<TypedIdentity, 'name'>,
  now: number,
): Omit<Identity, 'name'> & Remarks {
  if (!taken.includes(documentType)) throw new Problem('DOCUMENT_TYPE')
  const document = checkDocumentNumber(documentType, typed, now)
  if (!document.ok) {
    const { reason, seen, expected, fits } = document
    if (reason === 'OTHER_TYPE') throw new Problem('DOCUMENT_OTHER_TYPE', { fits, seen, expected })
    throw new Problem('DOCUMENT_INVALID', { reason, seen, expected })
  }
  const { number, warnings } = document
  const readings = readingsOf('documentNumber', typed, number)
  return { documentType, documentNumber: number, warnings, readings }
}

/** With the name on it. Throws Problem as `checkDocument`, or `NAME_INVALID`. */
export function checkIdentity(
  taken: readonly DocumentType[],
  typed: TypedIdentity,
  now: number,
): Identity & Remarks {
  const document = checkDocument(taken, typed, now)
  const name = checkName(typed.name)
  if (!name.ok) {
    const { reason, seen, expected } = name
    throw new Problem('NAME_INVALID', { reason, seen, expected })
  }
  const readings = [...readingsOf('name', typed.name, name.name), ...document.readings]
  return { name: name.name, ...document, readings }
}

/** What is told with `CONSENT_GUARDIAN` where the number leaves the century open; else nothing. */
export function openCentury(
  { documentType, documentNumber }: Omit<Identity, 'name'>,
  now: number,
): { readonly seen?: InBoth } {
  if (birthDateIn(documentType, documentNumber, now).told !== 'century') return {}
  return { seen: OPEN_CENTURY }
}

const OPEN_CENTURY = {
  zh: '此号码的出生年份只有两位，按较晚的世纪读取',
  en: 'a number with two digits of the birth year, read as the later century',
}

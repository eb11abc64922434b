/** A person's name and document as typed, made canonical or refused. */
import { checkDocumentNumber, type DocumentType } from './domain/document.ts'
import { checkName } from './domain/name.ts'
import { Problem } from './errors.ts'
import type { Identity } from './store/people.ts'

export interface TypedIdentity {
  readonly name: string
  readonly documentType: DocumentType
  readonly documentNumber: string
}

/**
 * A document alone. `taken`: the types of document that this service takes. Throws Problem
 * `DOCUMENT_TYPE` or `DOCUMENT_INVALID`.
 */
export function checkDocument(
  taken: readonly DocumentType[],
  { documentType, documentNumber }: Omit<TypedIdentity, 'name'>,
  now: number,
): Omit<Identity, 'name'> & { readonly warnings: readonly string[] } {
  if (!taken.includes(documentType)) throw new Problem('DOCUMENT_TYPE')
  const document = checkDocumentNumber(documentType, documentNumber, now)
  if (!document.ok) throw new Problem('DOCUMENT_INVALID', { reason: document.reason })
  return { documentType, documentNumber: document.number, warnings: document.warnings }
}

/** With the name on it. Throws Problem as `checkDocument`, or `NAME_INVALID`. */
export function checkIdentity(
  taken: readonly DocumentType[],
  typed: TypedIdentity,
  now: number,
): Identity & { readonly warnings: readonly string[] } {
  const document = checkDocument(taken, typed, now)
  const name = checkName(typed.name)
  if (!name.ok) throw new Problem('NAME_INVALID', { reason: name.reason })
  return { name: name.name, ...document }
}

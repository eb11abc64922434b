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
 * `taken`: the types of document that this service takes. Throws Problem `DOCUMENT_TYPE`,
 * `DOCUMENT_INVALID` or `NAME_INVALID`.
 */
export function checkIdentity(
  taken: readonly DocumentType[],
  typed: TypedIdentity,
  now: number,
): Identity & { readonly warnings: readonly string[] } {
  const { documentType } = typed
  if (!taken.includes(documentType)) throw new Problem('DOCUMENT_TYPE')
  const document = checkDocumentNumber(documentType, typed.documentNumber, now)
  if (!document.ok) throw new Problem('DOCUMENT_INVALID', { reason: document.reason })
  const name = checkName(typed.name)
  if (!name.ok) throw new Problem('NAME_INVALID', { reason: name.reason })
  const { number, warnings } = document
  return { name: name.name, documentType, documentNumber: number, warnings }
}

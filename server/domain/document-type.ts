/** The types of identity documents that the service knows. */
export const DOCUMENT_TYPES = [
  'resident-id',
  'residence-permit-hmt',
  'travel-permit-hm',
  'travel-permit-tw',
  'foreign-permanent-id',
  'passport',
] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

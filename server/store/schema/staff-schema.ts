/** The tables of staff, most of them the account library's; conventions as in schema.ts. */

/** The account library's; of it only what this service changes and ends itself. */
export interface StaffTable {
  id: string
  email: string
  name: string
  role: string
  /** Of another type on each engine; null: no second factor. */
  twoFactorEnabled: null
}

export interface StaffSessionsTable {
  id: string
  token: string
  userId: string
  /** What it was begun with: `password`, `totp` or `oidc`. */
  factor: string
}

export interface StaffTwoFactorsTable {
  id: string
  userId: string
}

/** Codes of authenticators that were used, while they could be used again. */
export interface StaffUsedCodesTable {
  staff: string
  code_hash: string
  expires_at: number
}

/** Members who may not sign in. */
export interface StaffDisabledTable {
  staff: string
  /** What they get back when they are enabled. */
  role: string
  /** Unix ms. */
  at: number
}

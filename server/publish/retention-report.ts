/**
 * The signed report of what retention deleted: a COSE_Sign1 by a config key of trust, of a type of
 * its own, over JSON. It names kinds and numbers, never whose.
 */
import { z } from 'zod'
import { canonicalJson } from '../../gate/contract/canonical.ts'
import { toHex } from '../../pass/bytes.ts'
import { nodeVerifier } from '../../pass/cose-node.ts'
import type { TrustDocument } from '../../pass/documents/trust.ts'
import {
  type DocumentSigner,
  openDocument,
  signDocument,
} from '../../pass/documents/trust-envelope.ts'
import { signersOf } from '../../pass/documents/trust-keys.ts'

export const REPORT_TYPE = 'application/vnd.wicketgate.retention+json'

const hexOf = (bytes: number) => z.string().regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`))

export const reportSchema = z.strictObject({
  /** From 1 without a gap. */
  number: z.int().min(1),
  /** Number and series are given once: a restored database goes on under another one. */
  series: hexOf(8).optional(),
  /** SHA-256 of the report before, as it was signed; zeros in the first. Reports of before name none. */
  previous: hexOf(32).optional(),
  /** Unix milliseconds, by the service's clock. */
  from: z.int(),
  until: z.int(),
  /** The replica that closed it. */
  by: z.string(),
  /** How long things are kept, days. */
  kept: z.strictObject({
    certificateDays: z.int(),
    ticketDays: z.int(),
    journalDays: z.int(),
    auditDays: z.int(),
  }),
  /** Kind → how many went. */
  counts: z.record(z.string(), z.int().min(1)),
  /**
   * What became of the bytes of all that was deleted until then: overwritten in a file whose log is
   * empty (SQLite), or vacuumed (PostgreSQL). Not `done`: a reader held them, and a later report
   * says when it was. Reports of before have nothing of it.
   */
  erased: z
    .strictObject({ how: z.enum(['overwritten', 'vacuumed']), done: z.boolean() })
    .optional(),
})
export type RetentionReport = z.infer<typeof reportSchema>

/** With what reports of before have nothing of. */
export type CompleteReport = {
  readonly [K in keyof RetentionReport]-?: Exclude<RetentionReport[K], undefined>
}

/** Signs a report with all that reports say today. */
export function signReport(report: CompleteReport, signer: DocumentSigner): Promise<Uint8Array> {
  return signDocument(REPORT_TYPE, Buffer.from(canonicalJson(report)), signer)
}

/** What a report says and which key signed it, nothing verified; undefined for anything else. */
export function readReport(
  bytes: Uint8Array,
): { readonly report: RetentionReport; readonly kid: string } | undefined {
  const opened = openDocument(REPORT_TYPE, bytes)
  if (!opened.ok) return undefined
  const { payload, signatures } = opened.document
  try {
    const report = reportSchema.parse(JSON.parse(Buffer.from(payload).toString()))
    return { report, kid: toHex((signatures[0] as { kid: Uint8Array }).kid) }
  } catch {
    return undefined
  }
}

/** Whether a config key of one of these trust documents signed it within its window. */
export function isSigned(bytes: Uint8Array, trusts: readonly TrustDocument[]): boolean {
  const opened = openDocument(REPORT_TYPE, bytes)
  const read = readReport(bytes)
  if (!opened.ok || read === undefined) return false
  const at = Math.floor(read.report.until / 1000)
  const { signatures } = opened.document
  return trusts.some(trust => signersOf(trust, 'config', signatures, at, nodeVerifier).size > 0)
}

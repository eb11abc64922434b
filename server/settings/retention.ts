/** The config's `retention`: for how many days each kind is kept after its end. */
import { z } from 'zod'
import { CERTIFICATE_DAYS_MIN, KEPT_DAYS_MAX } from '../limits.ts'

export const retentionSettingsSchema = z
  .strictObject({
    certificateDays: z
      .int()
      .min(CERTIFICATE_DAYS_MIN)
      .max(KEPT_DAYS_MAX)
      .default(62)
      .describe('certificates, after the status list’s end'),
    ticketDays: z.int().min(1).max(KEPT_DAYS_MAX).default(62).describe('tickets, after departure'),
    journalDays: z
      .int()
      .min(1)
      .max(KEPT_DAYS_MAX)
      .default(90)
      .describe('bodies of gates’ journals, after they came'),
    auditDays: z.int().min(1).max(KEPT_DAYS_MAX).default(730).describe('bodies of the audit'),
  })
  .prefault({})
  .describe('for how many days each kind is kept')

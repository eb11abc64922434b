/** How many days things are kept after their end, as the service's config says. */
import { z } from 'zod'
import { CERTIFICATE_DAYS_MIN, KEPT_DAYS_MAX } from './limits.ts'

export const retentionSettingsSchema = z
  .strictObject({
    certificateDays: z.int().min(CERTIFICATE_DAYS_MIN).max(KEPT_DAYS_MAX).default(62),
    ticketDays: z.int().min(1).max(KEPT_DAYS_MAX).default(62),
    journalDays: z.int().min(1).max(KEPT_DAYS_MAX).default(90),
    auditDays: z.int().min(1).max(KEPT_DAYS_MAX).default(730),
  })
  .prefault({})
  .describe('days that things are kept after their end')

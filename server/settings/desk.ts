/** The config's `desk`: what the window may issue without a second member of staff, and where it is. */
import { z } from 'zod'
import {
  ALONE_A_DAY,
  ALONE_A_DAY_MAX,
  APPROVAL_MINUTES,
  APPROVAL_MINUTES_MAX,
  WINDOW_CHARS_MAX,
} from '../limits.ts'

const whereSchema = z.string().trim().min(1).max(WINDOW_CHARS_MAX)

export const deskSettingsSchema = z
  .strictObject({
    secondApprover: z
      .enum(['past-quota', 'never'])
      .default('past-quota')
      .describe(
        'when the window needs a second member of staff: past the month’s certificates, or never',
      ),
    aloneADay: z
      .int()
      .min(0)
      .max(ALONE_A_DAY_MAX)
      .default(ALONE_A_DAY)
      .describe('certificates from the window that one person gets in 24 h without a second'),
    window: z
      .strictObject({
        zh: whereSchema.default('车站人工窗口').describe('in Chinese'),
        en: whereSchema.default('the staffed window at the station').describe('in English'),
      })
      .prefault({})
      .describe('where the staffed window is, as shown to people who are refused'),
    approvalMinutes: z
      .int()
      .min(1)
      .max(APPROVAL_MINUTES_MAX)
      .default(APPROVAL_MINUTES)
      .describe('minutes in which the second member of staff must decide'),
  })
  .prefault({})
  .describe('when a certificate from the window needs a second member of staff, and how soon')

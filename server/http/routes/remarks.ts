/** How a person's name and document were read, for an answer. */
import { z } from '@hono/zod-openapi'
import type { Reading, Remarks } from '../../services/identity.ts'

const readingsSchema = z
  .array(
    z.object({
      field: z.enum(['name', 'documentNumber']),
      as: z.string(),
      told: z.object({ zh: z.string(), en: z.string() }),
    }),
  )
  .describe(
    'what was read otherwise than typed: full-width letters, dots, apostrophes, and the like',
  )

/** Members of an answer. */
export const remarksShape = { warnings: z.array(z.string()), readings: readingsSchema }

/** `readings` alone, where no document was typed. */
export const readingsShape = { readings: readingsSchema }

export const readingsAnswer = (readings: readonly Reading[]) =>
  readings.map(({ field, as, told }) => ({ field, as, told: { ...told } }))

export const remarksAnswer = ({ warnings, readings }: Remarks) => ({
  warnings: [...warnings],
  readings: readingsAnswer(readings),
})

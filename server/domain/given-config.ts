/** By what a gate tells which of its configs it runs. Pure. */
import { createHash } from 'node:crypto'
import type { JsonValue } from '../../gate/contract/canonical.ts'
import { givenPart } from '../../gate/contract/config-part.ts'

/** What a gate that runs the config of this text reports as `configSha256`. */
export const givenSha256 = (text: string): string =>
  createHash('sha256')
    .update(givenPart(JSON.parse(text) as JsonValue))
    .digest('hex')

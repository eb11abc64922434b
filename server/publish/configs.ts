/**
 * A new config for a gate: signed by a config key under a number of its own, stored, and so named
 * by the next station manifest.
 */
import { canonicalJson, type JsonValue } from '../../gate/contract/canonical.ts'
import { signConfig } from '../../pass/documents/gate-config.ts'
import { CONFIG_TEXT_BYTES_MAX } from '../../pass/limits.ts'
import { Problem } from '../errors.ts'
import { lockFor } from '../store/engine/leases.ts'
import { addConfig, findConfig } from '../store/gates/configs.ts'
import type { Tx } from '../store/schema/schema.ts'
import { sha256Hex } from './files.ts'
import type { OnlineKey } from './signer.ts'

export interface NewConfig {
  readonly gate: string
  /** Good by `remoteConfigSchema`. */
  readonly config: JsonValue
  /** The revision that it was made from; 0 for the first. */
  readonly base: number
  readonly reason: string
  readonly confirmMinutes: number
  /** `staff:ID`. */
  readonly actor: string
  /** Unix milliseconds. */
  readonly now: number
}

/**
 * The revision it became. Throws Problem `CONFIG_STALE` when another was made since `base`, and
 * `INVALID` when it is too long.
 */
export async function makeConfig(tx: Tx, made: NewConfig, signer: OnlineKey): Promise<number> {
  const { gate, reason, confirmMinutes, now } = made
  const text = canonicalJson(made.config)
  if (Buffer.byteLength(text) > CONFIG_TEXT_BYTES_MAX) throw tooLong()
  await lockFor(tx, `config ${gate}`)
  const last = await findConfig(tx, gate)
  const newest = last?.revision ?? 0
  if (newest !== made.base) throw new Problem('CONFIG_STALE', { revision: newest })
  const iat = Math.floor(now / 1000)
  // Seconds, so that after a restore from a backup no number is used again.
  const revision = Math.max(newest + 1, iat)
  const document = { revision, iat, gate, text, confirmS: confirmMinutes * 60, reason }
  const bytes = await signConfig(document, signer)
  await addConfig(tx, {
    ...{ gate, revision, text, bytes, reason },
    made_at: now,
    actor: made.actor,
    confirm_minutes: confirmMinutes,
    sha256: sha256Hex(bytes),
    length: bytes.length,
  })
  return revision
}

function tooLong(): Problem {
  const message = `must be at most ${CONFIG_TEXT_BYTES_MAX} bytes`
  return new Problem('INVALID', { fields: [{ path: 'config', found: 'an object', message }] })
}

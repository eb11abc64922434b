/** The service's door to a gate's revisions: its part of a config, put together with the gate's own. */

import { isJsonObject, type JsonValue } from '../contract/canonical.ts'
import { LOCAL_KEYS, remoteConfigSchema } from '../contract/config.ts'
import { CONFIG_REASON_CHARS_MAX } from '../contract/events.ts'
import { explainPlaces } from '../contract/explain.ts'
import type { CheckedConfig } from './config-file.ts'
import type { ConfigEngine } from './engine.ts'
import type { RemoteDoor } from './from-service.ts'
import { problemLines } from './problems.ts'

export interface RemoteDoorParts {
  readonly engine: Pick<ConfigEngine, 'seen' | 'show' | 'offer' | 'refuse'>
  readonly check: (value: unknown) => CheckedConfig
  readonly onFault: (what: string, error: unknown) => void
}

/** Goes back by itself unless the gate is well with it; a wrong one is told and not tried again. */
export function createRemoteDoor({ engine, check, onFault }: RemoteDoorParts): RemoteDoor {
  return {
    seen: engine.seen,
    async take({ revision, text, reason, confirmS }, sha256) {
      const seen = { serviceRevision: revision, serviceSha256: sha256 }
      const checked = mergedConfig(text, engine.show().value, check)
      try {
        if (!checked.ok) await engine.refuse('service', checked.problems.join('; '), seen)
        else {
          await engine.offer({
            checked,
            by: 'service',
            reason: reason.slice(0, CONFIG_REASON_CHARS_MAX),
            confirmMs: confirmS * 1000,
            seen,
            confirmsItself: true,
          })
        }
      } catch (error) {
        onFault(`the service’s config ${revision} could not be taken`, error)
      }
    },
  }
}

/** What the service sent, with the keys that are set on the gate itself. Pure. */
export function mergedConfig(
  text: string,
  running: JsonValue,
  check: (value: unknown) => CheckedConfig,
): CheckedConfig {
  let remote: JsonValue
  try {
    remote = JSON.parse(text) as JsonValue
  } catch {
    return { ok: false, problems: ['not JSON'] }
  }
  const parsed = remoteConfigSchema.safeParse(remote)
  if (!parsed.success) {
    const problems = problemLines(explainPlaces(parsed.error, remote), remote, undefined)
    return { ok: false, problems }
  }
  return check(withLocalKeys(remote, running))
}

function withLocalKeys(remote: JsonValue, running: JsonValue): JsonValue {
  let merged = objectOf(remote)
  const own = objectOf(running)
  for (const [first, second] of LOCAL_KEYS) {
    const value = second === undefined ? own[first] : objectOf(own[first])[second]
    if (value === undefined) continue
    const inner = second === undefined ? value : { ...objectOf(merged[first]), [second]: value }
    merged = { ...merged, [first]: inner }
  }
  return merged
}

function objectOf(value: JsonValue | undefined): { readonly [key: string]: JsonValue } {
  return isJsonObject(value) ? value : {}
}

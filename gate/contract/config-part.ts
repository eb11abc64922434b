/**
 * The part of a config that the service may give: what runs at a gate is compared with what it was
 * given by a hash of this part. Pure.
 */
import { canonicalJson, isJsonObject, type JsonValue } from './canonical.ts'
import { LOCAL_KEYS } from './config.ts'

/**
 * The canonical text of a config without the keys that are set on the gate itself (`LOCAL_KEYS`), and
 * without an object that held nothing else. `config`: as it was written, without defaults.
 */
export function givenPart(config: JsonValue): string {
  if (!isJsonObject(config)) return canonicalJson(config)
  const part: Record<string, JsonValue> = { ...config }
  for (const [first, second] of LOCAL_KEYS) {
    const inner = part[first]
    if (second === undefined) delete part[first]
    else if (isJsonObject(inner)) {
      const { [second]: _, ...rest } = inner
      if (Object.keys(rest).length > 0) part[first] = rest
      else delete part[first]
    }
  }
  return canonicalJson(part)
}

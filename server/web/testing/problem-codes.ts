/** Codes of problems that routes declare in the service's OpenAPI document. */
import type { World } from '../../testing/world.ts'
import type { ApiDocument } from './render-api-types.ts'

/** `called`: of the routes' addresses. */
export async function problemCodes(world: World, called: RegExp): Promise<ReadonlySet<string>> {
  const { paths = {} } = (await (await world.call('/openapi.json')).json()) as ApiDocument
  const codes = new Set<string>()
  for (const [path, methods] of Object.entries(paths)) {
    if (!called.test(path)) continue
    for (const { responses = {} } of Object.values(methods)) {
      for (const { description = '' } of Object.values(responses) as { description?: string }[]) {
        for (const [, code = ''] of description.matchAll(/(?:^|; )([A-Z_]+): /g)) codes.add(code)
      }
    }
  }
  return codes
}

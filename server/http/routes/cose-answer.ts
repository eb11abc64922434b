/** Answers of signed bytes, with their etag (RFC 9110 §13.1.2). */

/** What proxies append when they compress: Apache `-gzip`, others `--gzip`, `;br` and the like. */
const COMPRESSED = /(?:--?|;)(?:gzip|br|zstd|deflate)"$/

/** Whether an If-None-Match header names the etag, weakly compared, as a proxy may have changed it. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.split(',').some(part => {
    const tag = part.trim().replace(/^W\//, '').replace(COMPRESSED, '"')
    return tag === etag || tag === '*'
  })
}

export const coseResponse = (bytes: Uint8Array, headers: Record<string, string>) =>
  answerOf('application/cose', bytes, headers)

/** An unsigned document, found by its hash (RFC 8949 §9.5). */
export const cborResponse = (bytes: Uint8Array, headers: Record<string, string>) =>
  answerOf('application/cbor', bytes, headers)

const answerOf = (type: string, bytes: Uint8Array, headers: Record<string, string>) =>
  new Response(bytes as Uint8Array<ArrayBuffer>, { headers: { 'content-type': type, ...headers } })

/** The bytes, or 304 when the asker has them. `more`: headers of either. */
export function coseAnswer(
  ifNoneMatch: string | undefined,
  file: { readonly bytes: Uint8Array; readonly etag: string },
  cacheControl: string,
  more: Readonly<Record<string, string>> = {},
): Response {
  const headers = { etag: file.etag, 'cache-control': cacheControl, ...more }
  return matches(ifNoneMatch, file.etag)
    ? new Response(null, { status: 304, headers })
    : coseResponse(file.bytes, headers)
}

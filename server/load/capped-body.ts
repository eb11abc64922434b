/** Reads the body of an answer from elsewhere, up to a maximum. */

/**
 * All of it; undefined when it is longer than `bytesMax`, and what still comes is not read. Rejects
 * when the connection breaks.
 */
export async function readCapped(
  body: AsyncIterable<Uint8Array> | null,
  bytesMax: number,
): Promise<Buffer | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of body ?? []) {
    length += part.length
    if (length > bytesMax) return undefined
    parts.push(part)
  }
  return Buffer.concat(parts)
}

/** Waits for a condition on real devices instead of for a fixed time. For tests and scripts. */

/** Resolves once `holds()` is true; rejects with what was awaited after `withinMs`. */
export async function until(what: string, holds: () => boolean, withinMs = 15_000): Promise<void> {
  const endMs = performance.now() + withinMs
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 2))
  }
}

/** Waits for a condition on real devices instead of for a fixed time. For tests and scripts. */

/** Between two looks, and how many times longer than the look before: what is awaited needs the core. */
const PAUSE_MS = 2
const PAUSE_LOOKS = 4

/** No claim about speed: it ends a test that waits for what never comes, on a busy machine too. */
export const WAIT_MS_MAX = 60_000

/** Resolves with what `promise` does; rejects with what was awaited after `WAIT_MS_MAX`. */
export async function untilSettled<T>(what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`not within ${WAIT_MS_MAX} ms: ${what}`)
    timer = setTimeout(reject, WAIT_MS_MAX, error)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** Resolves once `holds()` is true; rejects with what was awaited after `withinMs`. */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = WAIT_MS_MAX,
): Promise<void> {
  const endMs = performance.now() + withinMs
  for (;;) {
    const lookedMs = performance.now()
    if (await holds()) return
    const nowMs = performance.now()
    if (nowMs > endMs) throw new Error(`not within ${withinMs} ms: ${what}`)
    await new Promise(resolve =>
      setTimeout(resolve, Math.max(PAUSE_MS, PAUSE_LOOKS * (nowMs - lookedMs))),
    )
  }
}

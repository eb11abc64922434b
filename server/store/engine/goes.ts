/**
 * Work of several callers in one go, such as one transaction: its begin, its commit and the disk's
 * wait are then shared. Who comes in one turn of the event loop, or while a go runs, goes together;
 * nobody waits longer for company, so a caller who is alone is as quick as without.
 */

export interface GoLimits {
  /** Callers in one go, and goes at a time. */
  readonly callers: number
  readonly atOnce: number
  /** Whether the error of a go is one caller's, so that each is tried alone; else it is everybody's. */
  readonly isOfOne: (error: unknown) => boolean
}

/** `run` does all or nothing of what it is given, and answers each in its order. */
export function inGoes<T, R>(
  run: (items: readonly T[]) => Promise<readonly R[]>,
  { callers, atOnce, isOfOne }: GoLimits,
): (item: T) => Promise<R> {
  interface Caller {
    readonly item: T
    readonly resolve: (result: R) => void
    readonly reject: (error: unknown) => void
  }
  const waiting: Caller[] = []
  let running = 0
  let isBeginning = false

  /** Begins at the end of the loop's turn, so that all who came in it go together. */
  function next(): void {
    if (isBeginning || running >= atOnce || waiting.length === 0) return
    isBeginning = true
    setImmediate(() => {
      isBeginning = false
      running += 1
      void go(waiting.splice(0, callers)).finally(() => {
        running -= 1
        next()
      })
      next()
    })
  }

  async function go(going: readonly Caller[]): Promise<void> {
    try {
      const results = await run(going.map(({ item }) => item))
      for (const [i, { resolve }] of going.entries()) resolve(results[i] as R)
    } catch (error) {
      if (going.length > 1 && isOfOne(error)) for (const caller of going) await go([caller])
      else for (const { reject } of going) reject(error)
    }
  }

  return item =>
    new Promise<R>((resolve, reject) => {
      waiting.push({ item, resolve, reject })
      next()
    })
}

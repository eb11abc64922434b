/** What happens to the simulated world, in the order of its time; at one time in the order it was put in. */

export interface Entry {
  readonly atMs: number
  readonly run: () => Promise<void> | void
}

export interface Agenda {
  add(atMs: number, run: Entry['run']): void
  /** Takes the next one out; undefined when none is left up to `untilMs`. */
  next(untilMs: number): Entry | undefined
}

export function createAgenda(): Agenda {
  /** A binary heap: none is before its parent. */
  const heap: (Entry & { readonly order: number })[] = []
  let order = 0
  const isBefore = (a: number, b: number): boolean => {
    const [one, two] = [heap[a], heap[b]]
    if (one === undefined || two === undefined) return one !== undefined
    return one.atMs < two.atMs || (one.atMs === two.atMs && one.order < two.order)
  }
  const swap = (a: number, b: number): void => {
    const [one, two] = [heap[a], heap[b]]
    if (one === undefined || two === undefined) return
    heap[a] = two
    heap[b] = one
  }

  return {
    add(atMs, run) {
      heap.push({ atMs, run, order: order++ })
      for (let i = heap.length - 1; i > 0; ) {
        const parent = (i - 1) >> 1
        if (!isBefore(i, parent)) break
        swap(i, parent)
        i = parent
      }
    },
    next(untilMs) {
      const [first] = heap
      if (first === undefined || first.atMs > untilMs) return undefined
      const last = heap.pop()
      if (heap.length === 0 || last === undefined) return first
      heap[0] = last
      for (let i = 0; ; ) {
        const [left, right] = [2 * i + 1, 2 * i + 2]
        const child = isBefore(right, left) ? right : left
        if (!isBefore(child, i)) break
        swap(i, child)
        i = child
      }
      return first
    },
  }
}

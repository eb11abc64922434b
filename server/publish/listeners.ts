/** Who is told when a manifest says something new, until they end or the service does. */
export interface Listeners {
  /** `onStop` is called at the end. Gives what ends it. */
  add(listener: () => void, onStop: () => void): () => void
  tell(): void
  endAll(): void
}

export function createListeners(): Listeners {
  const all = new Map<() => void, () => void>()
  return {
    add(listener, onStop) {
      all.set(listener, onStop)
      return () => void all.delete(listener)
    },
    tell() {
      for (const listener of [...all.keys()]) listener()
    },
    endAll() {
      for (const onStop of [...all.values()]) onStop()
    },
  }
}

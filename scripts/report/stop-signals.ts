/** Signals that ask a long run to end: the first is only noted, so that it ends when it next looks. */

/** Each with the exit code that a shell has for it: 128 and its number. */
export const STOP_SIGNALS = [
  ['SIGHUP', 129],
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const

/** Gives the exit code once one of them came, undefined before. The next one ends the process at once. */
export function noteStop(): () => number | undefined {
  let asked: number | undefined
  const listeners = STOP_SIGNALS.map(([signal, code]) => {
    const note = (): void => {
      asked = code
      for (const [of, own] of listeners) process.off(of, own)
    }
    process.on(signal, note)
    return [signal, note] as const
  })
  return () => asked
}

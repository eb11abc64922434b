/**
 * What a program prints may be read in part alone, as with `| head`. Pure: each program hands itself
 * in.
 */

interface Program {
  readonly stdout: { on(event: 'error', listener: (error: Error) => void): unknown }
  exit(code: number): never
}

/** As a shell tells of a program that SIGPIPE ended: 128 and its number, 13. */
const BROKEN_PIPE = 141

/**
 * `program`: Node's `process`. From now on it ends when nobody reads its standard output any more: at once,
 * so not for one that runs until it is stopped, which has things to put away.
 */
export function endWithReader({ stdout, exit }: Program): void {
  stdout.on('error', (error: Error & { readonly code?: string }) => {
    if (error.code !== 'EPIPE') throw error
    exit(BROKEN_PIPE)
  })
}

/** Programs whose output is long: somebody may read its first lines alone, as with `| head`. */

/** As a shell tells of a program that SIGPIPE ended: 128 and its number, 13. */
const BROKEN_PIPE = 141

/** From now on the program ends when nobody reads its standard output any more. */
export function endWithReader(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit(BROKEN_PIPE)
  })
}

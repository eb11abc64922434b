/**
 * Measures one part of the bench once, for `part-process.ts`: arguments are its name and how, as JSON. Lines
 * for people go to standard output, figures to the process that started it.
 */

import type { PartHow } from './part-process.ts'
import { PARTS } from './parts.ts'

const [name = '', json = '{}'] = process.argv.slice(2)
const { quiet, ...how } = JSON.parse(json) as PartHow
const print = (text: string) => void (quiet || process.stdout.write(text))

const exitCode = await measure().catch((error: Error) => {
  process.stderr.write(`bench: ${error.stack}\n`)
  return 1
})
// Said last: what starts PostgreSQL ends a process with 0 when nothing is left to do.
process.once('exit', () => {
  process.exitCode = exitCode
})

async function measure(): Promise<number> {
  const part = PARTS[name]
  if (part === undefined) throw new Error(`no part "${name}"`)
  const figures = await part({ ...how, print })
  await new Promise(sent => process.send?.(figures, sent))
  return 0
}

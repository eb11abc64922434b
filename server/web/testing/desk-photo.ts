/** A photo on file for tests of the desk's page: one of the demo set's portraits. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const FACES = join(import.meta.dirname, '../../../fixtures/faces')

export function deskPhoto(): Uint8Array {
  const name = readdirSync(FACES).find(one => /\.jpg$/.test(one) && !one.includes('live'))
  if (name === undefined) throw new Error('there is no portrait')
  return new Uint8Array(readFileSync(join(FACES, name)))
}

import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createShelf } from './shelf.ts'

t.test('what is dropped, and what is being written stays', async t => {
  const folder = join(tempDir(), 'station')
  mkdirSync(folder)
  for (const name of ['manifest', 'a', 'b', 'manifest.partial', 'b.partial', 'a.damaged-5']) {
    writeFileSync(join(folder, name), '')
  }
  const shelf = createShelf(folder)
  await shelf.keepOnly(new Set(['manifest', 'a']))
  t.same(readdirSync(folder).sort(), ['a', 'a.damaged-5', 'manifest', 'manifest.partial'])
})

/** CONTRIBUTING.md names files and folders that are there, and every page that is rendered. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tableUnder } from '../../fixtures/named-tests.ts'
import { projectFiles } from './modules.ts'

const ROOT = join(import.meta.dirname, '../..')
const text = readFileSync(join(ROOT, '.github/CONTRIBUTING.md'), 'utf8')
const paths = projectFiles(ROOT)

/** What stands in code marks and begins with a folder. */
const pathsIn = (part: string) =>
  [...part.matchAll(/`([\w.-]+\/[\w./-]*)`/g)].map(([, path = '']) => path)

t.test('ten questions, each with an answer by paths that are there', async t => {
  const rows = tableUnder(text, '## Where is it?')
  t.equal(rows.length, 10)
  for (const [question = '', answer = ''] of rows) {
    t.ok(pathsIn(answer).length > 0, question)
  }
  for (const path of pathsIn(text)) {
    const there = path.endsWith('/')
      ? paths.some(one => one.startsWith(path))
      : paths.includes(path)
    t.ok(there, path)
  }
})

t.test('every page with rendered parts is listed', async t => {
  const rendered = paths.filter(
    path => path.endsWith('.md') && /^<!-- end of /m.test(readFileSync(join(ROOT, path), 'utf8')),
  )
  t.ok(rendered.length >= 5)
  const listed = pathsIn(text)
  for (const path of rendered) t.ok(listed.includes(path), path)
})

/** The README's table of promises names tests that are there. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'

const here = import.meta.dirname
const [, after = ''] = readFileSync(join(here, 'README.md'), 'utf8').split(
  '## Promises, and the test',
)
const table = after.split('\n').filter(line => line.startsWith('| ') && !line.startsWith('| about'))

/** Each `file` and the words of its test's title. */
function* namedIn(cell: string): Iterable<[file: string, title: string]> {
  for (const one of cell.split('; ')) {
    const [, file, title] = /^`([\w./-]+\.test\.ts)` (.+)$/.exec(one) ?? []
    if (file === undefined || title === undefined) throw new Error(`names no test: ${one}`)
    yield [file, title]
  }
}

t.test('each promise is held by tests that are there, under that title', async t => {
  const rows = table.slice(
    0,
    table.findIndex(line => !/^\| \w+ \| .+ \| `/.test(line)),
  )
  t.ok(rows.length >= 35, `${rows.length} promises`)
  for (const about of ['exits', 'fire', 'memory', 'config', 'time']) {
    t.ok(
      rows.some(row => row.startsWith(`| ${about} `)),
      about,
    )
  }
  for (const row of rows) {
    const [, , promise = '', held = ''] = row.split('|').map(cell => cell.trim())
    for (const [file, title] of namedIn(held)) {
      const path = join(here, file)
      t.ok(existsSync(path), `${promise}: ${file}`)
      const titles = readFileSync(path, 'utf8').matchAll(/t\.test\(\s*(['`])(.+?)\1,/gs)
      t.ok(
        [...titles].some(([, , one]) => one?.includes(title)),
        `${file}: ${title}`,
      )
    }
  }
})

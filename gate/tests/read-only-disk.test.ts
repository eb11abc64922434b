/**
 * Starts on a read-only disk, as a file system becomes after a fault (errors=remount-ro): a small one
 * of its own, in a user namespace. The gate runs, lets out, refuses entries, and names the file.
 */
import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'

const namespace = ['-rm', 'sh', '-c']
const PROBE = 'mount -t tmpfs tmpfs /tmp && mount -o remount,ro /tmp'
const allowed = spawnSync('unshare', [...namespace, PROBE]).status === 0
const skip = allowed ? false : 'no user namespace may be made here'
const MOUNTED = 'mount -t tmpfs -o size=200m tmpfs "$1" && shift && exec "$@"'

async function tellLives(): Promise<Map<string, Record<string, unknown>>> {
  const disk = tempDir()
  const lives = [process.execPath, join(ROOT, 'gate/testing/read-only-lives.ts'), disk]
  const child = spawn('unshare', [...namespace, MOUNTED, 'sh', disk, ...lives], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const stories = new Map<string, Record<string, unknown>>()
  for await (const line of createInterface({ input: child.stdout })) {
    const { name, ...story } = JSON.parse(line) as Record<string, unknown> & { name: string }
    stories.set(name, story)
  }
  return stories
}

t.test('a read-only disk', { skip }, async t => {
  const stories = await tellLives()
  const told = /journal\.db: .*: EROFS: read-only file system$/
  for (const name of ['stopped', 'cut']) {
    t.match(
      stories.get(name),
      {
        told: [{ on: true, detail: told }],
        refused: 'JOURNAL_FAILED',
        shut: true,
        fire: ['entry', 'exit'],
        leaves: 'ADMIT_FLAGGED',
        over: { on: false },
      },
      `after one ${name}: told with its file, entries refused, exits and fire open`,
    )
    const kinds = stories.get(name)?.kinds as string[]
    const first = kinds.lastIndexOf('boot')
    t.same(
      kinds.slice(first).filter(kind => !kind.includes('DISK_LOW')),
      ['boot', 'alarm DISK_FAILED', 'grant ADMIT_FLAGGED', 'passage', 'alarm DISK_FAILED', 'stop'],
      'once it is writable again every row that waited is there, in order',
    )
  }
  t.match(
    stories.get('program'),
    { code: 0, alarm: { on: true, detail: told }, fire: true, stopped: 0, errors: '' },
    'the program starts, stays, opens in a fire, and stops in order',
  )
  const { files = [], more = [] } = stories.get('files') as { files?: string[]; more?: string[] }
  t.same(
    [...files, ...more].filter(one => one.includes('damaged')),
    [],
    'nothing is taken for damaged',
  )
})

/**
 * A gate's lives on a disk without one free byte, for `full-disk.test.ts`: runs where its own file
 * system is mounted, prints one JSON line a life. Arguments: the mounted folder, the gate's config.
 */

import { existsSync, readdirSync, rmSync, statfsSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, type LogLine, startChild } from '../../fixtures/child.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { until } from '../../hardware/sim/until.ts'
import { RESERVE_BYTES } from '../limits.ts'
import { CACHE_FILE, openCacheFile, writeCacheChange } from '../trust/cache-file.ts'

const [disk = '', config = ''] = process.argv.slice(2)
const data = join(disk, 'data')
const journal = join(data, 'journal.db')
const reserve = `${journal}.reserve`
let fills = 0

/** Until the disk says that not a byte is left. */
function fill(): void {
  fills += 1
  const block = Buffer.alloc(4096)
  for (let size = 16 * 1_048_576; size >= block.length; size /= 2) {
    for (let n = 0; statfsSync(disk).bavail > 0; n++) {
      try {
        writeFileSync(join(disk, `fill-${fills}-${size}-${n}`), Buffer.alloc(size), { flag: 'wx' })
      } catch {
        break
      }
    }
  }
  if (statfsSync(disk).bavail !== 0) throw new Error('the disk could not be filled')
}

function free(): void {
  for (const name of readdirSync(disk)) if (name.startsWith('fill-')) rmSync(join(disk, name))
}

/** A clock's memory, as after a poll, in a trust cache of its own. */
function keepTime(): void {
  const database = openCacheFile(join(data, CACHE_FILE))
  const clock = { floorMs: Date.now(), syncAtMs: null, syncRoundTripMs: null }
  const nothing = {
    putLists: [],
    dropLists: [],
    putBits: [],
    dropBits: [],
    putKids: [],
    dropKids: [],
  }
  writeCacheChange(database, { clear: false, trust: [], ...nothing, clock })
  database.close()
}

const isHeld = () => existsSync(reserve) && statSync(reserve).size === RESERVE_BYTES
const isLow = ({ code, on }: LogLine) => code === 'DISK_LOW' && on === true

async function live(name: string, run: (gate: Child) => Promise<unknown>): Promise<void> {
  const gate = startChild('gate/main.ts', ['--config', config])
  const failed = await run(gate).then(
    () => undefined,
    (error: Error) => error.message,
  )
  const code = await gate.stop()
  const rows = existsSync(journal) && statfsSync(disk).bavail > 0 ? readJournal(journal) : []
  const story = { name, failed, code, lines: gate.lines, errors: gate.errors(), rows }
  process.stdout.write(`${JSON.stringify({ ...story, files: readdirSync(data) })}\n`)
}

await live('first', () => until('the reserve is held', isHeld))
keepTime()
fill()
await live('the reserve is there', gate => gate.line('low', isLow))
fill()
await live('no reserve', async gate => {
  await gate.line('low', isLow)
  free()
})
rmSync(reserve, { force: true })
fill()
await live('killed while it was full', async gate => {
  await gate.line('low', isLow)
  gate.signal('SIGKILL')
  await gate.exited
})
await live('after the kill', async gate => {
  await gate.line('low', isLow)
  free()
})
for (const name of readdirSync(data)) if (!name.endsWith('.pem')) rmSync(join(data, name))
fill()
await live('its databases are gone', async gate => {
  await gate.line('low', isLow)
  free()
})
for (const name of readdirSync(data)) rmSync(join(data, name))
fill()
await live('no key yet', gate => gate.exited)

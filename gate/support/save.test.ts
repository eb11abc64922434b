import { randomBytes } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { systemTimers } from '../../hardware/system-time.ts'
import { SUPPORT_BUNDLES_KEPT } from '../limits.ts'
import { startConfigured } from '../testing/config/configured-gate.ts'
import { bundleSaver } from './save.ts'

const gate = await startConfigured(tempDir())
t.teardown(() => gate.engine.stop())

const saver = (dataDir: string, otherwise: string, nowMs: () => number) => {
  const { control } = gate
  const parts = { control, dataDir, nowMs, randomBytes, timers: systemTimers, log: () => [] }
  return bundleSaver(parts, otherwise)
}

/** Asking the journal takes virtual time. */
async function ended<T>(work: Promise<T>): Promise<T> {
  let over = false
  const end = () => {
    over = true
  }
  work.then(end, end)
  await gate.until('saved', () => over)
  return work
}

t.test('for its own user alone, the newest few', async t => {
  const folder = tempDir()
  let nowMs = Date.UTC(2026, 4, 21, 6, 0, 0)
  const save = saver(folder, tempDir(), () => nowMs)
  const { file, bytes } = await ended(save())
  t.equal(file, join(folder, 'support-20260521T060000Z.tar.gz'))
  t.match(statSync(file), { size: bytes, mode: 0o100600 })
  for (let n = 0; n < SUPPORT_BUNDLES_KEPT; n++) {
    nowMs += 1000
    await ended(save())
  }
  const names = readdirSync(folder)
  t.equal(names.length, SUPPORT_BUNDLES_KEPT)
  t.notOk(names.includes('support-20260521T060000Z.tar.gz'), 'the oldest is gone')
})

t.test('a data folder that takes no file', async t => {
  const other = tempDir()
  const gone = join(tempDir(), 'gone')
  const { file } = await ended(saver(gone, other, Date.now)())
  t.match(file, other)
  await t.rejects(ended(saver(gone, join(gone, 'too'), Date.now)()), { code: 'ENOENT' })
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { type LoopBeat, readBeats } from './loop-file.ts'

const BEATS: readonly LoopBeat[] = [
  [100, 1],
  [200, 60],
  [300, 3],
]

/** A folder with what process 7 left. */
function folderWith(text: string): string {
  const folder = tempDir()
  writeFileSync(join(folder, '7.json'), text)
  return folder
}

t.test('beats from a time on and before another', async t => {
  const folder = folderWith(JSON.stringify(BEATS))
  t.same(readBeats(folder, 7, 0, 1000), BEATS)
  t.same(readBeats(folder, 7, 100, 300), BEATS.slice(0, 2), 'the first is in, the last is not')
  t.same(readBeats(folder, 7, 101, 200), [])
  t.same(readBeats(folderWith('[]'), 7, 0, 1000), [], 'it ended before its first beat')
})

t.test('a file that is not there, or not whole: which one, and why that may be', async t => {
  const whole = JSON.stringify(BEATS)
  for (const [pid, text] of [
    [8, whole],
    [7, ''],
    [7, whole.slice(0, -1)],
    [7, whole.slice(0, 12)],
  ] as const) {
    const told = new RegExp(`/${pid}\\.json: no beats in it: its process must end by itself$`)
    t.throws(() => readBeats(folderWith(text), pid, 0, 1000), { message: told }, text)
  }
})

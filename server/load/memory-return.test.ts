import t from 'tap'
import { MEMORY_LOOK_MS } from './limits.ts'
import { collector, createMemoryReturn } from './memory-return.ts'

/** Shares of a core from look to look; at which of them memory is given back. */
function collected(...shares: readonly number[]): number[] {
  const at: number[] = []
  let look = 0
  let busyMs = 1000
  const memory = createMemoryReturn(() => at.push(look))
  memory.look(busyMs)
  for (const share of shares) {
    look += 1
    busyMs += share * MEMORY_LOOK_MS
    memory.look(busyMs)
  }
  return at
}

t.test('memory is given back once, when a busy time has been over for a while', async t => {
  t.same(collected(0.01, 0.02, 0.01, 0.05), [], 'never busy')
  t.same(collected(0.9, 0.01, 0.01, 0.01, 0.01), [3])
  t.same(collected(0.9, 0.01, 0.9, 0.01, 0.2, 0.01, 0.01), [7], 'not between two rushes')
  t.same(collected(0.9, 0, 0, 0, 1.4, 0, 0), [3, 7], 'after each')
})

t.test('a collection gives back what new objects were made in', async t => {
  let kept: object[] = []
  for (let n = 0; n < 500_000; n++) kept.push({ n, text: `${n}` })
  kept = []
  const before = process.memoryUsage()
  collector()()
  const after = process.memoryUsage()
  const MIB = 1_048_576
  const told = `${before.heapTotal / MIB} MiB, then ${after.heapTotal / MIB}`
  t.ok(after.heapTotal < before.heapTotal - 20 * MIB, told)
  t.ok(after.heapTotal < 2 * after.heapUsed, `${told}, of which ${after.heapUsed / MIB} are used`)
})

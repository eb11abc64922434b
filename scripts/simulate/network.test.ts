/** What a gate does when its network comes back. */
import t from 'tap'
import { createGround } from '../../fixtures/one-process.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { UPLOAD_RETRY_MAX_MS } from '../../gate/limits.ts'
import { startSystem } from './system.ts'

t.test('a poll that failed follows the upload that is answered, not a minute later', async t => {
  const ground = await createGround(tempDir(), 1)
  const system = await startSystem({ ground, seed: 1, lanes: 2, onObserved() {} })
  const { time, gates, lanes } = system
  const [gate] = gates
  if (gate === undefined) throw new Error('no gate')
  const { network, lives } = gate
  const lastPoll = () => lives.gate()?.trust.status().lastPoll
  network.begin('deaf')
  lanes[0]?.read('a code that is none, for a row')
  await time.advanceAsync(200_000)
  // Just after one, so that its pause has all of its minute left.
  for (const before = lastPoll(); lastPoll() === before; ) await time.advanceAsync(1000)
  t.equal(lastPoll()?.code, 'NETWORK')
  network.end('deaf')
  await time.advanceAsync(UPLOAD_RETRY_MAX_MS)
  t.match(lastPoll()?.code, /^(UNCHANGED|UPDATED)$/)
  await system.stop()
})

import { EventEmitter } from 'node:events'
import t from 'tap'
import { endWithReader } from './closed-pipe.ts'

class Ended extends Error {}

/** A program whose output fails with `code`; it says with which exit code it ended. */
function failing(code: string): () => number | undefined {
  const stdout = new EventEmitter()
  let ended: number | undefined
  endWithReader({
    stdout,
    exit(code) {
      ended = code
      throw new Ended()
    },
  })
  return () => {
    try {
      stdout.emit('error', Object.assign(new Error(`write ${code}`), { code }))
    } catch (error) {
      if (!(error instanceof Ended)) throw error
    }
    return ended
  }
}

t.test('nobody reads any more: it ends as a shell tells of SIGPIPE', async t => {
  t.equal(failing('EPIPE')(), 141)
})

t.test('another fault of its output is a fault, such as a full disk', async t => {
  t.throws(failing('ENOSPC'), { code: 'ENOSPC' })
})

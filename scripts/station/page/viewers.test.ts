import t from 'tap'
import { settle } from '../../../fixtures/clock.ts'
import type { LaneState, RowState, Update } from '../../../server/web/station/protocol.ts'
import { SAID_BYTES_MAX } from './limits.ts'
import { createViewers, lastSaid, VIEWERS_MAX } from './viewers.ts'

const decoder = new TextDecoder()

/** Reads updates one by one, as a browser that keeps up, or does not. */
function readerOf(stream: ReadableStream<Uint8Array> | undefined) {
  const reader = (stream as ReadableStream<Uint8Array>).getReader()
  return {
    async next(): Promise<Update | undefined> {
      const { value, done } = await reader.read()
      if (done) return undefined
      const [, json] = /^data: (.*)\n\n$/.exec(decoder.decode(value)) ?? []
      return JSON.parse(json ?? '{}') as Update
    },
    cancel: () => reader.cancel(),
  }
}

const row = (seq: number) => ({ seq }) as RowState
const lane = (position: number) => ({ position }) as LaneState

t.test('who keeps up hears everything once, in order', async t => {
  const viewers = createViewers()
  const reader = readerOf(viewers.open({ troubles: [] }))
  t.same(await reader.next(), { troubles: [] })
  for (const seq of [1, 2, 3]) {
    const heard = reader.next()
    // A browser waits for what comes: whoever hands it over is asked for more at once.
    await settle()
    viewers.tell({ rows: [row(seq)] })
    t.same(await heard, { rows: [row(seq)] })
  }
  viewers.close()
  t.equal(await reader.next(), undefined)
})

t.test('who is slow hears the newest state of a lane, and every row', async t => {
  const viewers = createViewers()
  const reader = readerOf(viewers.open({ troubles: [] }))
  for (const seq of [1, 2, 3]) viewers.tell({ lanes: { A: lane(seq) }, rows: [row(seq)] })
  viewers.tell({ lanes: { B: lane(9) }, console: 'log' })
  viewers.tell({ console: 'in: ' })
  await reader.next()
  const { lanes, rows, console } = (await reader.next()) ?? {}
  t.same(lanes, { A: lane(3), B: lane(9) })
  t.same(rows, [row(1), row(2), row(3)])
  t.equal(console, 'login: ')
  viewers.close()
})

t.test('who never reads keeps the last rows alone', async t => {
  const viewers = createViewers()
  const reader = readerOf(viewers.open({}))
  viewers.tell({ rows: [row(0)] })
  for (let seq = 1; seq <= 1000; seq++) viewers.tell({ rows: [row(seq)] })
  await reader.next()
  const { rows = [] } = (await reader.next()) ?? {}
  t.equal(rows.length, 200)
  t.equal(rows.at(-1)?.seq, 1000)
  viewers.close()
})

t.test('of the console the last lines are kept, each whole', async t => {
  const whole = `${'x'.repeat(SAID_BYTES_MAX - 1)}\n`
  t.equal(lastSaid(whole), whole)
  t.equal(
    lastSaid(`a line\n${'x'.repeat(SAID_BYTES_MAX - 8)}\n# `),
    `${'x'.repeat(SAID_BYTES_MAX - 8)}\n# `,
  )
  t.equal(lastSaid('x'.repeat(SAID_BYTES_MAX + 1)).length, SAID_BYTES_MAX, 'a line without an end')
})

t.test('there is a limit, and who leaves makes room', async t => {
  const viewers = createViewers()
  const readers = Array.from({ length: VIEWERS_MAX }, () => readerOf(viewers.open({ rows: [] })))
  t.equal(viewers.open({}), undefined)
  await readers[0]?.cancel()
  t.equal(viewers.count(), VIEWERS_MAX - 1)
  t.ok(viewers.open({}))
  viewers.close()
})

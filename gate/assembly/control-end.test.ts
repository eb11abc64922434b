import t from 'tap'
import { createVirtualTime } from '../../fixtures/clock.ts'
import { commandBodySchema } from '../contract/events.ts'
import { COMMIT_WAIT_MS } from '../limits.ts'
import { createEnd, type EndingGate } from './control-end.ts'

const lin = { by: 'lin', reason: 'moves away' }

function endOf(change: Partial<EndingGate> = {}, state = 'Locked') {
  const time = createVirtualTime()
  const told: unknown[] = []
  let ends = true
  const gate: EndingGate = {
    lanes: [{ view: () => ({ state: { name: state } }) }],
    async record(kind, body) {
      told.push([kind, commandBodySchema.parse(body)])
    },
    ...change,
  }
  const endProgram = (how: string) => {
    told.push(how)
    return ends
  }
  const parts = { endProgram, gate: () => gate, timers: time.timers }
  return {
    ...{ time, told, end: createEnd(parts), parts },
    endsAlready() {
      ends = false
    },
  }
}

t.test('who and why is on disk before it ends', async t => {
  const { end, told, endsAlready } = endOf()
  t.match(await end('shutdown', lin), { ok: true })
  t.same(told, [['command', { about: 'shutdown', ...lin, detail: '' }], 'shutdown'])
  endsAlready()
  t.match(await end('restart', lin), { code: 'STOPPED' })
})

t.test(
  'never while a lane is open for everyone, nor for nobody, nor in another program',
  async t => {
    const { end, told } = endOf({}, 'Emergency')
    t.match(await end('restart', lin), { code: 'EMERGENCY' })
    t.match(await endOf().end('restart', { ...lin, by: '' }), { code: 'OUT_OF_RANGE' })
    const { parts } = endOf()
    const part = createEnd({ ...parts, endProgram: undefined })
    t.match(await part('restart', lin), { code: 'NO_PROGRAM' })
    t.same(told, [])
  },
)

t.test(
  'a disk that refuses the row, or hangs, or a gate that does not run keeps no end back',
  async t => {
    const refusing = endOf({ record: () => Promise.reject(new Error('disk full')) })
    t.match(await refusing.end('restart', lin), { ok: true })
    const hanging = endOf({ record: () => new Promise(() => {}) })
    const ending = hanging.end('restart', lin)
    await hanging.time.advanceAsync(COMMIT_WAIT_MS - 1)
    t.same(hanging.told, [])
    await hanging.time.advanceAsync(1)
    t.match(await ending, { ok: true })
    const { parts, told } = endOf()
    t.match(await createEnd({ ...parts, gate: () => undefined })('restart', lin), { ok: true })
    t.same([refusing.told, hanging.told, told], [['restart'], ['restart'], ['restart']])
  },
)

/** A gate that ends at its console, or by itself. */
import t from 'tap'
import type { EndAlone } from '../../fixtures/gate-process.ts'
import { EXIT } from '../../gate/assembly/exit-codes.ts'
import { gateFails } from './gate-ends.ts'

/** A station that hears of its gate's ends as `end` tells; `start`: what a start of it comes to. */
function openStation(start = async () => {}) {
  const said: string[] = []
  let starts = 0
  let hear = (_end: EndAlone) => {}
  const world = {
    onGateEndAlone(listener: typeof hear) {
      hear = listener
    },
    async startGate() {
      starts++
      await start()
    },
  }
  const failed = gateFails({ world, say: text => said.push(text) })
  const end = (code: number | null) => hear({ code, said: 'out of memory' })
  return { said, starts: () => starts, end, failed }
}

/** All that follows without waiting for anything has followed. */
const settled = () => new Promise(setImmediate)

t.test('restarted at its console: it starts again, each time', async t => {
  const station = openStation()
  for (const starts of [1, 2]) {
    station.end(EXIT.restart)
    await settled()
    t.equal(station.starts(), starts)
  }
  t.match(station.said, [/restarts/, /is back/, /restarts/, /is back/])
})

t.test('shut down at its console: it stays away, and how it starts is said', async t => {
  const station = openStation()
  station.end(EXIT.shutdown)
  await settled()
  t.equal(station.starts(), 0)
  t.match(station.said, [/shut down; trouble power off starts it/])
})

t.test('a gate that does not come back ends the station', async t => {
  const station = openStation(async () => {
    throw new Error('no board answers')
  })
  station.end(EXIT.restart)
  await t.rejects(station.failed, /no board answers/)
  t.match(station.said, [/restarts/])
})

t.test('one that ends by itself ends the station', async t => {
  for (const code of [EXIT.stopped, EXIT.failed, EXIT.wrong, null]) {
    const station = openStation()
    station.end(code)
    await t.rejects(station.failed, { message: `the gate ended with ${code}\nout of memory` })
    t.equal(station.starts(), 0)
  }
})

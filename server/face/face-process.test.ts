/** What becomes of the service's requests when a picture, or something else, ends the process. */
import { getPriority } from 'node:os'
import t from 'tap'
import { createFaceEngine, type FaceEngineOptions } from './engine.ts'
import { PROCESS_NICENESS } from './limits.ts'
import type { Capture } from './port.ts'

const PROGRAM = new URL('../testing/face-program.ts', import.meta.url)
const PROMPTS = ['ahead', 'left', 'right', 'ahead'] as const
const word = (text: string) => new Uint8Array(Buffer.from(text))
const capture = (text: string): Capture => ({
  prompts: PROMPTS,
  frames: PROMPTS.map((_, prompt) => ({ prompt, picture: word(prompt === 2 ? text : 'good') })),
})
const ON_FILE = word('on file')
const GOOD = { challengePassed: true, matched: true, band: 'near' } as const
const BAD = { challengePassed: false, matched: false, reason: 'BAD_PICTURE' } as const

function setUp(more: Partial<FaceEngineOptions> = {}) {
  const faults: string[] = []
  const onFault = (what: string) => void faults.push(what)
  const engine = createFaceEngine({ onFault, program: PROGRAM, ...more })
  t.teardown(() => engine.close())
  return { engine, faults }
}

const isAlive = (pid: number | undefined) => {
  try {
    return process.kill(pid ?? 0, 0)
  } catch {
    return false
  }
}

t.test('a picture that ends it is a bad one; others’ that wait are looked at', async t => {
  const { engine, faults } = setUp({ checkMsMax: 3000 })
  for (const end of ['crash', 'memory', 'abort', 'exit', 'hang']) {
    const first = engine.check(ON_FILE, capture('good'))
    const bomb = engine.check(ON_FILE, capture(end))
    const others = ['a', 'b', 'c'].map(text => engine.check(ON_FILE, capture(text)))
    t.same(await first, GOOD)
    t.same(await bomb, BAD, end)
    t.same(await Promise.all(others), [GOOD, GOOD, GOOD], 'by another process')
    t.same(await engine.describe(word(end)), { ok: false, reason: 'BAD_PICTURE' }, end)
  }
  t.equal(faults.length, 10, 'each is told')
  t.match(faults[0], 'at a picture that was sent')
})

t.test('a photo on file that ends it is for the window', async t => {
  const { engine } = setUp()
  t.same(await engine.check(word('crash'), capture('good')), {
    challengePassed: true,
    matched: false,
    reason: 'ON_FILE',
  })
})

t.test('an end that no picture caused is nobody’s fault: try again', async t => {
  const { engine } = setUp()
  await t.rejects(engine.check(ON_FILE, capture('network')), { code: 'UNAVAILABLE' })
  t.same(await engine.check(ON_FILE, capture('good')), GOOD)
  process.kill(engine.pid() ?? 0, 'SIGKILL')
  await t.rejects(engine.check(ON_FILE, capture('hang')), { code: 'UNAVAILABLE' })
})

t.test('one that has grown large, or has decoded many, makes way for another', async t => {
  const { engine, faults } = setUp({ picturesMax: 3 })
  const pidAfter = async (text: string) => {
    await engine.describe(word(text))
    return engine.pid()
  }
  const first = await pidAfter('good')
  t.equal(await pidAfter('good'), first)
  const second = await pidAfter('good')
  t.not(second, first)
  t.not(await pidAfter('large'), second)
  t.same(faults, [])
})

t.test('it is gone when the engine is closed', async t => {
  const { engine } = setUp()
  await engine.ready()
  const pid = engine.pid()
  t.ok(isAlive(pid))
  t.equal(getPriority(pid), PROCESS_NICENESS, 'others go before it')
  const asked = engine.check(ON_FILE, capture('hang'))
  const settled = asked.catch(error => error)
  await engine.close()
  t.notOk(isAlive(pid))
  await settled
  await t.rejects(engine.describe(word('a')), { code: 'UNAVAILABLE' }, 'after the close')
})

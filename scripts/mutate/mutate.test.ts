/** The operators, the switches, what is remembered, the list; and small rooms of a test's own, judged. */

import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdirSync, writeFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { dirname, join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { judgeRoom } from './judge-room.ts'
import { mutantsOf } from './mutants.ts'
import { createMemory, type Memory } from './remembered.ts'
import { mutateRoom, testsOf } from './room-mutants.ts'
import { compareSurvivors, labelOf, readSurvivors } from './survivors.ts'
import { SEEN, SWITCH, withSwitches } from './switches.ts'
import type { Verdict } from './verdict.ts'

const inFunction = (body: string) => `export function f(a: any, b: any, c: any): any { ${body} }`

/** The labels of all mutants but those of the function's own body. */
const labels = (body: string) =>
  mutantsOf('x.ts', inFunction(body))
    .filter(({ from }) => from !== `{ ${body} }`)
    .map(labelOf)

t.test('what is written in place of each kind of code', async t => {
  const table: readonly [string, readonly string[]][] = [
    ['a + b', ['a + b → a - b']],
    ['a + "x"', []],
    ['(a + b) * c', ['(a + b) * c → (a + b) / c', 'a + b → a - b']],
    ['a < b', ['a < b → a <= b', 'a < b → a >= b', 'a < b → true', 'a < b → false']],
    ['a ?? b ?? c', ['a ?? b ?? c → (a ?? b) && c', 'a ?? b → a && b']],
    ['a ? b : c', ['a → true', 'a → false']],
    ['!a', ['!a → a']],
    ['-a', ['-a → a']],
    ['[a]', ['[a] → []']],
    ['[]', []],
    ['({ a })', ['{ a } → {}']],
    ['a?.b.c', ['a?.b.c → a.b.c']],
    ['a?.[b]', ['a?.[b] → a[b]']],
    ['a.b?.filter(c).d', ['a.b?.filter(c).d → a.b.filter(c).d', 'a.b?.filter(c).d → a.b.d']],
    ['a.some(b)', ['a.some(b) → a.every(b)']],
    ['a.map(() => b)', ['b → undefined']],
    ['true as const', ['true → false']],
    [`\`\${a}\` + b`, []],
    ['/x/.test(a)', []],
  ]
  for (const [code, expected] of table) t.same(labels(`return ${code}`), expected, code)
})

t.test('statements, loops and cases; what only types read is left alone', async t => {
  t.same(labels('a(); return b'), ['a(); → nothing', 'return b → return'])
  t.same(labels('while (a) b()'), ['a → false', 'b() → nothing'])
  t.same(labels('for (;;) { a += 1; b() }'), [
    '{ a += 1; b() } → {}',
    'a += 1; → nothing',
    'a += 1 → a -= 1',
    'b() → nothing',
  ])
  const cases = 'switch (a) { case 1: b(); break; default: a satisfies never }'
  t.same(labels(cases), ['b(); break; → nothing', 'b(); → nothing'])
  t.same(labels('let d: [true] = a; type X = { a: true }; return undefined'), [])
  t.same(mutantsOf('x.ts', 'const TABLE = [1, true]; interface X { readonly a: true }'), [])
})

interface Globals {
  [SWITCH]?: (number: number) => boolean
  [SEEN]?: (number: number, known: boolean, value: unknown) => unknown
}

async function loaded(text: string): Promise<Record<string, (...args: unknown[]) => unknown>> {
  const url = `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(text))}`
  return (await import(url)) as Record<string, (...args: unknown[]) => unknown>
}

const SAMPLE = `
export function judge(rows: { at: number; tags?: string[] }[], from: number): unknown[] {
  let last = from
  const found: unknown[] = []
  for (const { at, tags } of rows) {
    if (at < last || !tags?.some(tag => tag.startsWith('a'))) continue
    if (tags.length > 2) found.push('many')
    else last = at
    switch (tags.length) {
      case 1:
        found.push({ at, one: true })
        break
      case 2: {
        const half = (at - from) / 2
        found.push(half > 3 ? half : -half)
        break
      }
      default:
        found.push([...tags].sort())
    }
  }
  return found.length === 0 ? [from] : found
}
`
const ROWS = [
  { at: 5, tags: ['ab'] },
  { at: 4 },
  { at: 9, tags: ['x', 'a'] },
  { at: 20, tags: ['c', 'a', 'b'] },
  { at: 3, tags: ['a', 'b'] },
]

t.test('a mutant that is switched on does what its text in place of the original does', async t => {
  const mutants = mutantsOf('x.ts', SAMPLE).map((one, number) => ({ ...one, number }))
  t.ok(mutants.length > 30, `${mutants.length} mutants`)
  let acting = -1
  const globals = globalThis as Globals
  globals[SWITCH] = number => number === acting
  globals[SEEN] = (_number, _known, value) => value
  const switched = await loaded(withSwitches(SAMPLE, mutants))
  const outcome = (module: typeof switched) => {
    try {
      return [module.judge?.(ROWS, 0), module.judge?.(ROWS.slice(1), 7), module.judge?.([], 2)]
    } catch (error) {
      return (error as Error).name
    }
  }
  t.same(outcome(switched), outcome(await loaded(SAMPLE)), 'none acts')
  for (const mutant of mutants) {
    const { start, end, shape, to } = mutant
    const isReturn = shape === 'value' && SAMPLE.slice(start, end).startsWith('{')
    const text = SAMPLE.slice(0, start) + (isReturn ? `(${to})` : to || ';') + SAMPLE.slice(end)
    acting = mutant.number
    t.strictSame(outcome(switched), outcome(await loaded(text)), labelOf(mutant))
  }
})

/** A room of its own: `code` and the cases that judge it. */
function makeRoom(code: string, cases: string) {
  const root = tempDir()
  const put = (file: string, text: string) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  put('package.json', '{ "type": "module" }')
  put('room/code.ts', code)
  put('room/code.test.ts', `import t from 'tap'\nimport * as code from './code.ts'\n${cases}`)
  const room = { name: 'room', files: 'room/*.ts', tests: ['room/*.test.ts'], scenarios: false }
  const made = mutateRoom(root, room)
  const stamps = { now: 'a' }
  const memoryOf = () =>
    createMemory({
      ...{ folder: join(root, 'memory'), room: 'room', mutants: made.mutants, isFresh: false },
      ...{ judges: testsOf(root, room), stampOf: () => stamps.now },
    })
  const judge = async (memory: Memory, signal = new AbortController().signal) => {
    const verdicts: Verdict[] = []
    const onVerdict = (one: Verdict) => void verdicts.push(one)
    await judgeRoom({ root, room, made, chosen: made.mutants, memory, onVerdict, signal })
    return verdicts
  }
  return { judge, memoryOf, stamps }
}

const LOOPS = `
export function countTo(n: number): number {
  let i = 0
  while (i < n) i += 1
  return i
}
export const wait = (isReady: boolean) => new Promise<void>(done => { if (isReady) done() })
export function guard(ok: boolean): void { if (!ok) process.kill(process.pid, 'SIGKILL') }
const made = [1, 2].map(n => n + 1)
export const last = () => made.length > 1
`

t.test('a room is judged: loops without end, waits without end, a process that ends', async t => {
  const { judge, memoryOf, stamps } = makeRoom(
    LOOPS,
    `t.test('counts', async t => { t.equal(code.countTo(3), 3) })
     t.test('waits', async () => { await code.wait(true) })
     t.test('guards', async () => { code.guard(true) })
     t.test('has two', async t => { t.ok(code.last()) })`,
  )
  const memory = memoryOf()
  const verdicts = await judge(memory)
  const byLabel = new Map(verdicts.map(one => [labelOf(one.mutant), one]))
  t.match(byLabel.get('i += 1 → i -= 1'), { killedBy: /counts$/, why: 'goes round in a loop' })
  t.match(byLabel.get('isReady → false'), { killedBy: /waits$/, why: 'waits for ever' })
  t.match(byLabel.get('!ok → true'), { killedBy: 'the process' })
  t.match(byLabel.get('n + 1 → n - 1'), { killedBy: undefined, isLoadOnly: true })
  const lived = verdicts.filter(one => one.killedBy === undefined && !one.isLoadOnly)
  t.same(lived.map(one => labelOf(one.mutant)).sort(), [
    '!ok → false',
    'isReady → true',
    'made.length > 1 → made.length >= 1',
    'made.length > 1 → true',
    "process.kill(process.pid, 'SIGKILL') → nothing",
    "{ if (!ok) process.kill(process.pid, 'SIGKILL') } → {}",
  ])
  memory.save()
  t.same(await judge(memoryOf()), verdicts, 'remembered')
  stamps.now = 'b'
  const anew = memoryOf()
  t.ok(
    verdicts.every(({ mutant }) => anew.verdictOf(mutant) === undefined),
    'a judge has changed',
  )
})

t.test('judges that do not hold by themselves end the run; stopped, no verdict comes', async t => {
  const bad = makeRoom(
    'export const f = (a: number) => a + 1',
    `t.test('no', async t => { t.equal(code.f(1), 3) })`,
  )
  await t.rejects(bad.judge(bad.memoryOf()), /no: does not hold without a mutant/)
  const none = makeRoom('export const f = (a: number) => a + 1', `throw new Error('not loaded')`)
  await t.rejects(none.judge(none.memoryOf()), /the tests do not load: [\s\S]*not loaded/)
  t.same(await bad.judge(bad.memoryOf(), AbortSignal.abort()), [])
})

t.test('stopped while a process starts anew: it ends with the run', async t => {
  const { judge, memoryOf } = makeRoom(
    'export function guard(ok: boolean): void { if (!ok) process.kill(process.pid, "SIGKILL") }',
    `t.test('guards', async () => { code.guard(true) })`,
  )
  const stop = new AbortController()
  const started: ChildProcess[] = []
  const onStart = (said: unknown) => {
    started.push((said as { readonly process: ChildProcess }).process)
    if (started.length === 2) stop.abort()
  }
  subscribe('child_process', onStart)
  t.teardown(() => unsubscribe('child_process', onStart))
  await judge(memoryOf(), stop.signal)
  t.equal(started.length, 2)
  t.ok(started.every(({ signalCode }) => signalCode === 'SIGKILL'))
})

t.test('the list and a run are compared both ways', async t => {
  const [mutant] = mutantsOf('a.ts', inFunction('return a < b')).filter(
    one => one.operator === 'operator',
  )
  if (mutant === undefined) throw new Error('there is one')
  const entry = { file: 'a.ts', code: mutant.code, mutants: ['a < b → a <= b'], reason: 'so it is' }
  const judged = new Set(['a.ts'])
  const both = compareSurvivors([entry], [mutant], judged)
  t.match(both, { unlisted: [], gone: [] })
  t.equal(both.reasonOf(mutant), 'so it is')
  t.match(compareSurvivors([], [mutant], judged), { unlisted: [mutant], gone: [] })
  t.match(
    compareSurvivors([entry], [mutant, mutant], judged),
    { unlisted: [mutant] },
    'once is once',
  )
  t.same(compareSurvivors([entry], [], judged).gone, [`a.ts: ${mutant.code}: a < b → a <= b`])
  t.same(compareSurvivors([entry], [], new Set()).gone, [], 'its file was not judged')
  const path = join(tempDir(), 'list.json')
  writeFileSync(path, JSON.stringify([{ ...entry, reason: ' ' }]))
  t.throws(() => readSurvivors(path), /has no reason/)
})

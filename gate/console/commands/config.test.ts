/** Commits, their way back and older revisions, typed at the console, over restarts and power cuts. */
import { cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { withWait } from '../../testing/config/desk.ts'
import { startConfigDesk } from '../../testing/console/config-desk.ts'
import { PROMPT } from '../../testing/console/typist.ts'

type Life = Awaited<ReturnType<typeof startConfigDesk>>

const WAIT = 'lanes.A.timing.waitMs'
const FIRST_MS = 5000
const MINUTE_MS = 60_000

/** A data folder whose gate has run with `waits` as revisions 0, 1, 2 and so on, and has a technician. */
async function folderWith(...waits: readonly number[]): Promise<string> {
  const dir = tempDir()
  const life = await startConfigDesk(dir, undefined, withWait(FIRST_MS))
  await life.addUser('lin', 'technician')
  await life.logIn('lin')
  for (const waitMs of waits) await commit(life, waitMs)
  life.crash()
  return dir
}

/** `how`: what stands after `config commit`. */
async function commit(life: Life, waitMs: number, how = ''): Promise<string> {
  await life.command(`config set ${WAIT} ${waitMs}`)
  return committed(life, how)
}

async function committed(life: Life, how = ''): Promise<string> {
  await life.expect(`config commit${how}\r`, 'reason: ')
  return life.expect('people are slow\r', PROMPT)
}

/** Rows of `config history`, newest first. */
async function history(life: Life): Promise<readonly string[]> {
  const told = await life.command('config history')
  return told.split('\n').filter(line => /^\d+ /.test(line))
}

/** The wait time by which the lane runs. */
const runs = (life: Life) => life.desk.waits().at(-1)

t.test('unconfirmed it goes back after its minute, whether or not anybody is there', async t => {
  const life = await startConfigDesk(await folderWith())
  await life.logIn('lin')
  const told = await commit(life, 8000, ' confirmed 1')
  t.match(told, /Revision 1 runs, on trial\.[\s\S]*goes back in 1 min unless .*config confirm/)
  life.hangUp()
  await life.desk.advance(MINUTE_MS - 1000)
  t.equal(runs(life), 8000)
  await life.desk.advance(1000)
  t.equal(runs(life), FIRST_MS)
  await life.logIn('lin')
  t.match(await history(life), [
    /^1 .*TAKEN BACK \(not confirmed in 60 s\): people are slow$/,
    /^0 /,
  ])
  t.match(await life.command('config confirm'), /NOT_ON_TRIAL/)
  life.crash()
})

t.test('over a restart: what was on trial is taken back, what was confirmed stays', async t => {
  for (const [confirms, waitMs, newest] of [
    [false, FIRST_MS, /TAKEN BACK \(the gate ended before it was confirmed\)/],
    [true, 8000, /lin at serial +people are slow$/],
  ] as const) {
    const dir = await folderWith()
    const first = await startConfigDesk(dir)
    await first.logIn('lin')
    await commit(first, 8000, ' confirmed 1')
    if (confirms) t.match(await first.command('config confirm'), /Revision 1 runs\./)
    first.crash()
    const second = await startConfigDesk(dir)
    await second.logIn('lin')
    t.same(second.desk.waits(), [waitMs], 'nothing else was tried')
    t.match((await history(second))[0], newest)
    await second.desk.advance(2 * MINUTE_MS)
    t.equal(runs(second), waitMs)
    second.crash()
  }
})

interface Cut {
  /** The power goes in one of its writes. */
  readonly act: (life: Life) => Promise<unknown>
  /** Before the gate starts whose power is cut: the folder as it is copied. */
  readonly dir: () => Promise<string>
  /** What the next life may find, in this order as the cut comes later: wait time, newest in its history. */
  readonly finds: readonly (readonly [waitMs: number, newest: RegExp])[]
}

/** A folder with revision 1 on trial. */
async function folderOnTrial(): Promise<string> {
  const dir = await folderWith()
  const life = await startConfigDesk(dir)
  await life.logIn('lin')
  await commit(life, 8000, ' confirmed 1')
  life.crash()
  return dir
}

const OLD = [FIRST_MS, /^0 /] as const
const BACK = [FIRST_MS, /^1 .*TAKEN BACK \(the gate ended before it was confirmed\)/] as const
const CUTS: Readonly<Record<string, Cut>> = {
  'commit confirmed 1': {
    dir: folderWith,
    act: life => commit(life, 8000, ' confirmed 1'),
    finds: [OLD, BACK],
  },
  'the deadline': {
    dir: folderWith,
    async act(life) {
      await commit(life, 8000, ' confirmed 1')
      await life.desk.advance(MINUTE_MS)
    },
    finds: [OLD, BACK, [FIRST_MS, /^1 .*TAKEN BACK \(not confirmed in 60 s\)/]],
  },
  'the start that takes it back': {
    dir: folderOnTrial,
    act: async () => {},
    finds: [BACK],
  },
  'config confirm': {
    dir: folderWith,
    async act(life) {
      await commit(life, 8000, ' confirmed 1')
      await life.command('config confirm')
    },
    finds: [OLD, BACK, [8000, /^1 .*people are slow$/]],
  },
  'config rollback 3': {
    dir: () => folderWith(6000, 7000, 8000, 9000),
    async act(life) {
      await life.command('config rollback 3')
      await committed(life)
    },
    finds: [
      [9000, /^4 /],
      [9000, /^5 .*TAKEN BACK/],
      [8000, /^5 .*people are slow$/],
    ],
  },
}

for (const [name, { dir, act, finds }] of Object.entries(CUTS)) {
  t.test(`the power is cut at each step of the writes of: ${name}`, async t => {
    const template = await dir()
    const run = join(tempDir(), 'run')
    const seen: number[] = []
    for (let step = 0, isCut = true; isCut; step++) {
      rmSync(run, { recursive: true, force: true })
      cpSync(template, run, { recursive: true })
      const first = await startConfigDesk(run, step)
      await first.logIn('lin')
      await act(first)
      isCut = first.isCut()
      first.crash()
      const second = await startConfigDesk(run)
      await second.logIn('lin')
      const [newest = ''] = await history(second)
      const [only, ...others] = second.desk.waits()
      t.same(others, [], 'one start')
      seen.push(finds.findIndex(([waitMs, row]) => waitMs === only && row.test(newest)))
      if (seen.at(-1) === -1) t.fail(`step ${step}: ${only} ms runs, ${newest}`)
      second.crash()
    }
    t.comment(`${seen.length - 1} steps`)
    t.ok(seen.length > 10)
    t.same([...new Set(seen)], Object.keys(finds).map(Number), 'each, in this order, never back')
  })
}

t.test('rollback 3: compared with what runs, and with itself; then it runs', async t => {
  const life = await startConfigDesk(await folderWith(6000, 7000, 8000, 9000))
  await life.logIn('lin')
  t.match(await life.command('config rollback 3'), /In the candidate/)
  const difference = /^Edited by lin at serial\.\n.* lanes\.A\.timing\.waitMs: 9000 -> 8000$/m
  t.match(await life.command('config compare'), difference)
  t.match(await life.command('config compare 3'), /No difference\./)
  t.match(await committed(life), /Revision 5 runs\./)
  t.equal(runs(life), 8000)
  t.match(await life.command('config rollback 42'), /NO_SUCH_REVISION: .*see the history/)
  t.match(await life.command('config compare 42'), /NO_SUCH_REVISION/)
  life.crash()
})

t.test('a candidate with an error is refused before anybody is asked for a reason', async t => {
  const life = await startConfigDesk(await folderWith())
  await life.logIn('lin')
  await life.command(`config set ${WAIT} 50`)
  const told = await life.command('config commit confirmed 1')
  t.match(told, /CONFIG_INVALID: .*line \d+: lanes\.A\.timing\.waitMs/)
  t.notMatch(told, /reason/)
  t.equal(runs(life), FIRST_MS)
  life.crash()
})

/** `npm start` as a program: with piped input, on a terminal, again on its folder, beside another, killed. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { coverPtys, ROOT, startChild } from '../../fixtures/child.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createSerialWire } from '../../hardware/sim/serial-wire.ts'
import { until } from '../../hardware/sim/until.ts'

const STATION = 'scripts/station.ts'

/** A station on a terminal of its own, 80 columns wide. */
async function openTerminal(args: readonly string[]) {
  const wire = await createSerialWire()
  let seen = ''
  wire.onBytes(bytes => {
    seen += Buffer.from(bytes).toString()
  })
  const fd = openSync(wire.path, constants.O_RDWR | constants.O_NOCTTY)
  const nothing = openSync('/dev/null', 'r')
  const stdio = [fd, fd, fd, ...coverPtys(nothing)]
  const child = spawn(process.execPath, [join(ROOT, STATION), ...args], { stdio })
  for (const one of [fd, nothing]) closeSync(one)
  const exited = once(child, 'exit')
  const ended = exited.then(([code]) => `ended with ${code}`)
  t.teardown(async () => {
    // Not SIGKILL: then nobody removes its folder.
    if (child.exitCode === null) child.kill('SIGTERM')
    await exited
    await wire.close()
  })
  /** Types, and gives what came since, up to what is waited for. */
  async function type(keys: string, wanted: RegExp): Promise<string> {
    const from = seen.length
    wire.write(Buffer.from(keys))
    const fits = () => wanted.test(seen.slice(from))
    await Promise.race([
      until(`${wanted} after ${JSON.stringify(keys)}`, fits),
      ended.then(how => {
        if (!fits()) throw new Error(`${how}\n${seen}`)
      }),
    ])
    return seen.slice(from)
  }
  return { type, wire, ended, seen: () => seen }
}

function childrenOf(pid: number): number[] {
  const listed = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return listed.trim().split(' ').map(Number)
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** The prompt, and nothing typed. */
const PROMPT = /> \x1b\[3G$/

t.test('with piped input: a traveller is let in, it is told, and it stops cleanly', async t => {
  const input = [
    ...[
      'enter',
      'reader usb',
      'leave',
      'issue',
      'reader camera',
      'enter',
      'reader eye',
      'send noticket A',
    ],
    ...['walk C', 'fly', 'jurnal', 'show', 'show garbage', 'help', 'network on', 'journal 20'],
    ...['network off', 'network off', 'revoke', 'network on', 'explain', 'explain 99'],
    ...['trouble', 'trouble flood on', 'trouble beam on', 'trouble power on', 'trouble power on'],
    ...['trouble power off', 'issue', 'enter'],
    ...['people', 'staff', 'devices', 'quit', ''],
  ].join('\n')
  const args = ['--port', '0', '--dir', tempDir(), '--https']
  const station = startChild(STATION, args, { input })
  t.equal(await station.exited, 0)
  const said = station.errors()
  const banner = /Wicketgate: [\s\S]*quit stops it\./.exec(said)?.[0] ?? ''
  t.ok(banner.split('\n').length <= 12, 'twelve lines at most')
  for (const line of said.split('\n')) t.ok(line.length <= 80, line)
  t.match(said, /page {5}https:\/\/[\d.]+:\d+\/ /)
  t.match(said, /sha-256 {2}([\dA-F]{16} ?){4}$/m)
  t.match(said, /service {2}http:\/\/127\.0\.0\.1:\d+/)
  t.match(said, /person {3}resident-id 890000\d{11}[\dX] {2}TRAVELLER ONE/)
  t.match(said, /photo {4}fixtures\/faces\/d01-live\.jpg/)
  t.match(said, /console {2}picocom -b 115200 \/\S+$/m)
  t.match(said, /lane A {2}green arrow {2}ADMIT “Please pass”/)
  t.equal(said.match(/lane [AB] {2}passage/g)?.length, 4)
  t.match(said, /the lane stays shut: NO_TICKET “No ticket found for today”/)
  t.match(said, /show no-proof .*signature/)
  t.match(said, /lane A {2}.* MALFORMED/)
  t.match(said, /\d+ {2}passage +A/)
  t.match(said, /reader scanner, usb, camera/)
  t.match(said, /which lane\? A or B/)
  t.match(said, /no command "fly"; help lists them/)
  t.match(said, /no command "jurnal": journal\?/)
  t.match(said, /the service is there already[\s\S]*the service is gone; the gate/)
  t.match(said, /the service is gone already[\s\S]*network on brings it back[\s\S]*is back/)
  t.match(said, /no row 99/)
  t.match(said, /trouble disk on\|off +the gate’s disk is full/)
  t.match(said, /trouble power, disk, clock, lies, beam[\s\S]*which lane\? A or B/)
  t.match(said, /the power is cut[\s\S]*it is so already[\s\S]*the gate is back/)
  t.match(said, /operator@station\.example {2}\S{20}/)
  t.match(said, /lane B {2}board \S+ {2}scanner \S+/)
  t.notMatch(said, /rows stored|LANE_CLOSED/, 'nothing that is only noise')
  t.match(said, /stopping/)
})

t.test('on a terminal: typed while events come, Tab, history, Ctrl-D', async t => {
  const { type, ended } = await openTerminal(['--dir', tempDir()])
  t.match(await type('', PROMPT), /starting: keys[\s\S]*\x1b\[KWicketgate|Wicketgate/)
  const meanwhile = await type('enter\rjour', /passage +somebody went through[\s\S]*jour[^\n]*$/)
  t.match(meanwhile, /ADMIT/)
  t.match(await type('\t', /journal/), /> journal/)
  await type(' 3\r', /\d+ {2}passage +A/)
  t.match(await type('\x1b[A', /journal 3/), /journal 3/)
  await type('\x15\x04', /stopping/)
  t.equal(await ended, 'ended with 0')
})

t.test('again on its folder, beside another, and not twice at once', async t => {
  const dir = tempDir()
  const first = await openTerminal(['--dir', dir])
  await first.type('', PROMPT)
  await first.type('enter\r', /passage/)
  const beside = startChild(STATION, ['--dir', dir])
  t.equal(await beside.exited, 1)
  t.match(beside.errors(), /in use by the process \d+/)
  await first.type('\x03', /stopping/)
  t.equal(await first.ended, 'ended with 0')

  const [again, other] = await Promise.all([openTerminal(['--dir', dir]), openTerminal([])])
  await Promise.all([again.type('', PROMPT), other.type('', PROMPT)])
  const port = (seen: string) => /127\.0\.0\.1:(\d+)/.exec(seen)?.[1]
  t.not(port(again.seen()), port(other.seen()), 'each has a port of its own')
  t.match(await again.type('journal 99\r', /had been stopped/), /passage +A[\s\S]*The gate started/)
  await again.type('quit\r', /stopping/)
  t.equal(await again.ended, 'ended with 0')
  await other.wire.close()
  t.equal(await other.ended, 'ended with 0', 'its terminal is closed')
})

t.test('where it is killed, its gate and its service stop as if they were asked to', async t => {
  const dir = tempDir()
  const station = startChild(STATION, ['--port', '0', '--dir', dir], { typed: true })
  await until('the banner', () => station.errors().includes('quit stops it.'))
  const programs = childrenOf(station.pid)
  t.equal(programs.length, 2)
  station.signal('SIGKILL')
  await station.exited
  await until('both are gone', () => !programs.some(isRunning))
  t.equal(readJournal(join(dir, 'gate', 'journal.db')).at(-1)?.kind, 'stop')
  t.notOk(existsSync(join(dir, 'service.db.pid')), 'the service let go of its database')
})

t.test('a gate that dies ends the station, also one that was started again', async t => {
  const station = startChild(STATION, ['--port', '0', '--dir', tempDir()], { typed: true })
  const told = (text: string) => until(text, () => station.errors().includes(text))
  await told('quit stops it.')
  station.type('trouble power on')
  station.type('trouble power off')
  await told('the gate is back')
  const gate = childrenOf(station.pid).find(pid =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('sim-gate'),
  )
  process.kill(gate ?? 0, 'SIGKILL')
  t.equal(await station.exited, 1)
  t.match(station.errors(), /station: the gate ended with null/)
})

t.test('what can not be started is said in one line', async t => {
  const full = tempDir()
  mkdirSync(full, { recursive: true })
  writeFileSync(join(full, 'letter.txt'), 'dear')
  for (const [args, says] of [
    [['--port', 'eighty'], /--port is a number/],
    [['--dir', full], /holds no station.*empty folder/],
  ] as const) {
    const station = startChild(STATION, args)
    t.equal(await station.exited, 2)
    t.match(station.errors(), says)
  }
})

/**
 * The programs that a technician has on a laptop, on a real pseudo terminal: login, Tab, `?`, history
 * and its search, editing, Ctrl-C. And a cable that is pulled.
 */
import { spawnSync } from 'node:child_process'
import t, { type Test } from 'tap'
import { until } from '../../hardware/sim/until.ts'
import { startTypedConsole } from '../testing/console/typed-console.ts'
import { LOGIN, PROMPT, type Typist } from '../testing/console/typist.ts'

interface Program {
  readonly args: (path: string) => readonly string[]
  /** Keys that end it. */
  readonly leave: string
}

const PROGRAMS: Readonly<Record<string, Program>> = {
  picocom: { args: path => ['--quiet', '--nolock', '-b', '115200', path], leave: '\x01\x18' },
  tio: { args: path => ['--baudrate', '115200', path], leave: '\x14q' },
}

const isThere = (program: string) => spawnSync(program, ['--help']).error === undefined

/** From the login prompt to logout. */
async function work(t: Test, line: Typist): Promise<void> {
  await line.logIn('lin')
  await line.expect('sta\t', /status $/)
  t.match(await line.expect('\r', PROMPT), /north-1 at north: running/)
  const explained = await line.expect('show ?', /show \r\S*$/)
  t.match(explained, /lanes +each lane/)
  t.match(await line.expect('\x03', PROMPT), /\^C/)
  await line.expect('\x1b[A', /status/)
  t.match(await line.expect('\r', PROMPT), /A\.board +ready/, 'the line before')
  await line.expect('\x12stat', /\(search\)'stat': status $/)
  t.match(await line.expect('\r', PROMPT), /A\.board +ready/, 'a line that was looked for')
  t.match(await line.expect('wo\x1b[Dh\x1b[F\r', PROMPT), /lin +admin +serial/, 'edited')
  await line.expect('logout\r', LOGIN)
}

for (const [program, { args, leave }] of Object.entries(PROGRAMS)) {
  const skip = isThere(program) ? false : `${program} is not installed here`
  t.test(program, { skip }, async t => {
    const world = await startTypedConsole()
    await world.addUser('lin', 'admin')
    const line = await world.openProgram(program, args)
    // What came before the program was there is gone, as on a cable, and so are the first keys.
    let looks = 0
    await until('the login', () => {
      if (looks++ % 50 === 0) line.type('\r')
      return line.seen().includes('login: ')
    })
    await work(t, line)
    line.type(leave)
    await line.exited
    await world.close()
  })
}

t.test('a cable that is pulled logs out, and the line is found again', async t => {
  const world = await startTypedConsole()
  await world.addUser('lin', 'admin')
  const line = await world.openPty()
  await line.logIn('lin')
  await line.expect('config set gate.x', 'gate.x')
  line.wire.unplug()
  await until('the loss', () => line.lost.length > 0)
  t.same(line.lost, ['DEVICE_UNPLUGGED'])
  t.match(world.notes.at(-1), { about: 'logout', by: 'lin' })
  await line.wire.replug()
  await line.expect('', 'Press Enter')
  t.notMatch(await line.expect('\r', LOGIN), /gate\.x|north-1/)
  await world.close()
})

/**
 * The program as somebody runs it: a gate of its own process whose config names its paths goes into
 * service and admits a pass; everything else that can be typed, and what is said to mistakes.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import t, { type Test } from 'tap'
import { type Child, startChild } from '../../fixtures/child.ts'
import { createTravellers } from '../../fixtures/hand-gate.ts'
import { createLoneGate } from '../../fixtures/lone-gate.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createOrigin, serveOrigin } from '../../gate/testing/trust/origin.ts'
import { TrustWorld } from '../../gate/testing/trust/world.ts'
import { gateHexPath } from '../../hardware/sim/avr-board.ts'
import { until } from '../../hardware/sim/until.ts'
import { createBench } from './bench.ts'
import { runLine } from './commands.ts'

async function startBoard(t: Test, ...args: string[]) {
  const board: Child = startChild('scripts/board.ts', args, { typed: true })
  t.teardown(() => board.stop())
  /** What it printed that fits; `from`: characters of its output before that. */
  async function said(pattern: RegExp, from = 0): Promise<RegExpExecArray> {
    let found: RegExpExecArray | null = null
    await until(`${pattern}`, () => {
      found = pattern.exec(board.errors().slice(from))
      return found !== null
    })
    return found as unknown as RegExpExecArray
  }
  /** Types a line; what is said to it. */
  async function ask(line: string, answer: RegExp): Promise<string> {
    const from = board.errors().length
    board.type(line)
    return (await said(answer, from))[0]
  }
  return { board, said, ask }
}

t.test('a lone gate over its paths: in service, a pass is admitted, somebody walks', async t => {
  const world = await TrustWorld.create(() => Math.floor(Date.now() / 1000))
  const url = await serveOrigin(t, createOrigin(world))
  const { board, said, ask } = await startBoard(t, '--scanner')
  const [, serial] = await said(/^serial: (\S+)$/m)
  const [, scanner] = await said(/^scanner: (\S+)$/m)
  const dir = tempDir()
  const factory = join(dir, 'trust-1.cbor')
  writeFileSync(factory, world.factory)
  const lone = createLoneGate(dir, factory)
  lone.write({
    ...lone.config,
    service: { url },
    trust: { factory },
    lanes: [
      {
        ...{ name: 'A', direction: 'entry' },
        // A dead-man and pauses in a code that a busy machine does not trip.
        board: { port: serial, deadman: { ms: 2000 } },
        scanner: { port: scanner, pauseMs: 2000 },
      },
    ],
  })
  const gate = await lone.inService()
  t.teardown(() => gate.stop())
  await gate.line('fresh trust', line => line.stage === 'FRESH')
  t.match(
    await ask('status', /relays.*\n.*\n.*\npeople/),
    /relays {4}-\nlamps {5}\S.*\ncontacts {2}-\n/,
  )

  const traveller = createTravellers(world)
  board.type(`scan ${await traveller(1, Math.floor(Date.now() / 1000))}`)
  await gate.line('admitted', line => line.event === 'sign' && line.code === 'ADMIT')
  await said(/^pin 2 high/m)
  await ask('walk entry running', /^walk entry running: went through$/m)
  await gate.line('the passage', line => line.event === 'passage')
  await said(/^pin 2 low/m)

  board.type('beam B cut')
  board.type('pin 15 open')
  await gate.line('a cut wire', line => line.code === 'TAMPER')
  t.match(await ask('status', /contacts.*/), /beamB/)
  board.type('contact fire on')
  await gate.line('fire', line => line.code === 'FIRE')
  await ask('status', /relays {4}entry exit/)
  t.equal(await gate.stop(), 0)
  board.type('quit')
  t.equal(await board.exited, 0)
})

t.test('a mistake is answered in one line with what may be said', async t => {
  const bench = await createBench({
    ...{ hex: readFileSync(gateHexPath, 'latin1'), profile: 'flap', resetOnOpen: true },
    ...{ onPin() {}, onReset() {} },
  })
  t.teardown(() => bench.close())
  let said: string[] = []
  async function ask(line: string): Promise<string> {
    said = []
    await runLine(bench, line, text => said.push(text))
    return said.join('\n')
  }
  const wrong: [string, RegExp][] = [
    ['contcat fire on', /^contcat: no command "contcat"; did you mean contact\? there are .*$/],
    ['contact fier on', /^contact: no contact "fier"; did you mean fire\? there are beamA, .*$/],
    ['contact fire', /^contact: contact NAME on\|off$/],
    ['beam G cut', /^beam: no beam "G".* A, B, C, D, E, F$/],
    ['beam A', /^beam: beam A cut\|clear$/],
    ['walk north', /^walk: walk entry\|exit$/],
    ['walk entry slow', /^walk: no kind of walk "slow".* running.*$/],
    ['pin 2 high', /^pin: no input "2"; inputs are 8 beamA, .*$/],
    ['pin 8', /^pin: pin N high\|low\|open\|free$/],
    ['scan x', /^scan: no scanner here; start with --scanner$/],
  ]
  for (const [line, answer] of wrong) t.match(await ask(line), answer, line)
  await ask('beam f cut')
  await ask('contact stop on')
  t.match(await ask('status'), /contacts {2}beamF stop\n/)
  await ask('beam F clear')
  await ask('contact stop off')
  t.match(await ask('status'), /contacts {2}-\n/)
  t.match(await ask('help'), /contact NAME on\|off/)
  t.equal(await runLine(bench, 'quit', () => {}), false)
  const odd = startChild('scripts/board.ts', ['--profile', 'door'])
  t.equal(await odd.exited, 2)
  t.match(odd.errors(), /^board: --profile is tripod or flap, not "door"$/m)
})

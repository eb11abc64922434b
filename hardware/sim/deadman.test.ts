/**
 * The host is killed or stopped with the relay energised; the firmware releases it by itself.
 * Counted in emulated cycles from the last byte the board received. ROUNDS sets how often
 * (default 2 of each, the soak runs 10).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import t from 'tap'
import { contactWiring, profilePins, resolvePins } from '../drivers/pins.ts'
import { createAvrBoard } from './avr-board.ts'
import { avrHz } from './avr-machine.ts'
import type { PinChange } from './avr-runner.ts'
import { until } from './until.ts'

const rounds = Number(process.env.ROUNDS ?? 2)
const relay = profilePins.tripod.entry

function startHost(path: string): ChildProcess {
  return spawn(process.execPath, [join(import.meta.dirname, 'board-host.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

function gone(host: ChildProcess): Promise<void> {
  return new Promise(resolve => {
    if (host.exitCode !== null || host.signalCode !== null) resolve()
    else host.once('exit', () => resolve())
  })
}

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  t.test(`${signal} of the host releases the relay`, async t => {
    const board = await createAvrBoard()
    t.teardown(() => board.close())
    for (const [contact, { pin }] of resolvePins('x', { profile: 'tripod' }).contacts) {
      board.setInput(pin, contactWiring[contact] === 'opens' ? 0 : 1)
    }
    const drops: PinChange[] = []
    board.onPinChange(change => {
      if (change.pin === relay && change.level === 0) drops.push(change)
    })
    for (let round = 0; round < rounds; round += 1) {
      const host = startHost(board.path)
      t.teardown(() => host.kill('SIGKILL'))
      await until('energised', () => board.level(relay) === 1, 15_000)
      drops.length = 0
      const killedMs = performance.now()
      host.kill(signal)
      await until('released', () => board.level(relay) === 0, 2000)
      const wallMs = performance.now() - killedMs
      const [drop] = drops
      const ms = (((drop?.cycles ?? 0) - (drop?.lastByteCycles ?? 0)) * 1000) / avrHz
      t.ok(
        ms <= 350 && ms > 290,
        `${ms.toFixed(1)} ms after the last byte (${wallMs.toFixed(0)} ms)`,
      )
      if (signal === 'SIGSTOP') {
        host.kill('SIGCONT')
        await until('energised again by itself', () => board.level(relay) === 1, 15_000)
        drops.length = 0
      }
      host.kill('SIGKILL')
      await gone(host)
      await until('released', () => board.level(relay) === 0, 2000)
    }
  })
}

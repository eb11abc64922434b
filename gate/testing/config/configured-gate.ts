/** A whole gate on real files, in virtual time, whose config changes while it runs. */

import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { createVirtualTime, settle } from '../../../fixtures/clock.ts'
import { readJournal } from '../../../fixtures/gate-journal.ts'
import { createHandBoard, createHandReader } from '../../../fixtures/hand-devices.ts'
import { createTravellers } from '../../../fixtures/hand-gate.ts'
import { SMALL_MEMORY } from '../../../fixtures/small-memory.ts'
import { DeviceError } from '../../../hardware/errors.ts'
import type { Relay } from '../../../hardware/ports.ts'
import { WAIT_MS_MAX } from '../../../hardware/sim/until.ts'
import type { GateDisk } from '../../assembly/gate-disk.ts'
import { openConfig } from '../../assembly/open-config.ts'
import { createReconfigurableGate } from '../../assembly/reconfigurable-gate.ts'
import { checkConfig, type GoodConfig } from '../../config/config-file.ts'
import { type Answer, createOrigin, fetchFrom } from '../trust/origin.ts'
import { T0, TrustWorld } from '../trust/world.ts'

const world = await TrustWorld.create()
const traveller = createTravellers(world)

/** A service that takes this gate with the code ONCE, and with no other. */
function answerEnrolment(line: string, body: string): Answer | undefined {
  if (line !== 'POST /v1/gates/enrol') return undefined
  const headers = { 'content-type': 'application/json' }
  const { code, name, station } = JSON.parse(body) as Record<string, string>
  if (code === 'ONCE')
    return { status: 201, headers, body: JSON.stringify({ gate: name, station }) }
  const problem = { code: 'ENROLMENT_INVALID', title: 'unknown, used or too old' }
  return { status: 404, headers, body: JSON.stringify(problem) }
}

/**
 * A gate of one lane in service, with `more` in the lane's config. `disk`: for all but the revisions, in
 * place of the data folder.
 */
export async function startConfigured(dir: string, more: object = {}, disk?: GateDisk) {
  const gate = openConfigured(dir, more, disk)
  await gate.engine.start()
  await gate.inService()
  return gate
}

/** As it is before its first start. Its board refuses the port "wrong". */
export function openConfigured(dir: string, more: object = {}, disk?: GateDisk) {
  const time = createVirtualTime(T0 * 1000)
  const energised = new Set<Relay>()
  const devices = { board: createHandBoard(energised), reader: createHandReader(time, 'A.scanner') }
  const origin = createOrigin(world)
  origin.intercept = answerEnrolment
  const ends: string[] = []
  let opened = 0
  writeFileSync(join(dir, 'trust-1.cbor'), world.factory)
  const file = join(dir, 'gate.json')
  const lane = {
    ...{ name: 'A', direction: 'entry' },
    ...{ board: { port: 'board' }, scanner: { port: 'scanner' } },
  }
  const edit = (more: object) => {
    const config = {
      ...{ gate: 'north-1', station: 'north', data: 'data' },
      service: { url: 'http://service' },
      trust: { factory: 'trust-1.cbor' },
      lanes: [{ ...lane, ...more }],
    }
    writeFileSync(file, JSON.stringify(config))
  }
  edit(more)
  const { engine, running, control } = createReconfigurableGate(
    openConfig(file, 0),
    {
      ...{ clock: time.clock, timers: time.timers, randomBytes, machineBoot: 'boot-1' },
      program: { supervised: true, end: how => ends.push(how) > 0 },
      random: () => 0.5,
      ...(disk && { disk }),
      memoryMax: SMALL_MEMORY,
      fetch: fetchFrom(origin) as typeof fetch,
      log: pino({ level: 'silent' }),
      openBoard({ board }) {
        if (board.port === 'wrong') throw new DeviceError('BAD_PINS', 'A.board', 'pin 2 is both')
        opened += 1
        devices.board = createHandBoard(energised)
        return devices.board
      },
      openReader() {
        devices.reader = createHandReader(time, 'A.scanner')
        return devices.reader
      },
    },
    fault => {
      throw new Error('no gate runs any more', { cause: fault })
    },
  )
  const state = () => running.gate()?.lanes[0]?.view().state.name
  const rows = () => readJournal(join(dir, 'data', 'journal.db'))

  async function until(what: string, is: () => boolean): Promise<void> {
    // Threads and their files take real time; the gate's own time stands still meanwhile.
    for (const began = performance.now(); performance.now() - began < WAIT_MS_MAX; await settle()) {
      if (is()) return
    }
    throw new Error(`${what}: never`)
  }

  /** Devices answer once they were opened again. */
  async function inService(): Promise<void> {
    await until('a gate', () => state() === 'Starting')
    devices.board.become('ready')
    devices.reader.become('ready')
    await until('in service', () => state() === 'Locked')
  }
  const told = () =>
    rows().map(({ kind, body }) => `${kind} ${body.code ?? body.about ?? ''}`.trim())
  return {
    ...{
      engine,
      running,
      control,
      ends,
      time,
      data: join(dir, 'data'),
      energised,
      rows,
      state,
      until,
      inService,
      told,
      devices,
    },
    /** Offered as from the service: good once it is well. */
    offer: (value: unknown) =>
      engine.offer({
        checked: checkConfig(value, dir) as GoodConfig,
        ...{ by: 'service', reason: 'a test', confirmMs: 300_000, confirmsItself: true },
      }),
    /** Virtual time in small steps, so that the threads keep up. */
    async pass(ms: number) {
      for (let left = ms; left > 0; left -= 1000) {
        await time.advanceAsync(Math.min(left, 1000))
        await new Promise(next => setTimeout(next, 1))
      }
    },
    fireOpens() {
      devices.board.setContact('fire', true)
      return energised.has('entry') && energised.has('exit')
    },
    /** The text of certificate `number`, shown now. */
    code: (number: number) => traveller(number, Math.floor(time.clock.nowMs() / 1000)),
    opened: () => opened,
    /** Writes the config file anew; the gate is not told. */
    edit,
    walk() {
      devices.board.setContact('passA', true)
      devices.board.setContact('passA', false)
    },
    async admit(number: number) {
      devices.reader.read(await traveller(number, Math.floor(time.clock.nowMs() / 1000)))
      await until('the relay', () => energised.size > 0)
    },
  }
}

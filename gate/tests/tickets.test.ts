/**
 * From the desk to the barrier: a real service that sells, and a whole gate with the ticket rule, in
 * time that moves by hand. Sold, refunded, too early, and a service that is gone.
 */

import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import t from 'tap'
import { createVirtualTime, settle } from '../../fixtures/clock.ts'
import { readJournal } from '../../fixtures/gate-journal.ts'
import { createHandBoard, createHandReader } from '../../fixtures/hand-devices.ts'
import { createRequestLine } from '../../fixtures/request-line.ts'
import { SYSTEM } from '../../fixtures/system-ports.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import type { Relay } from '../../hardware/ports.ts'
import { WAIT_MS_MAX } from '../../hardware/sim/until.ts'
import { type Holder, makeHolder } from '../../server/testing/holder.ts'
import { importTimetable } from '../../server/testing/timetable.ts'
import { NOON, openWorld } from '../../server/testing/world.ts'
import { startGate } from '../assembly/gate.ts'
import { gateConfigSchema } from '../contract/config.ts'
import { TICKET_HARD_MS } from '../limits.ts'
import { enrol } from '../net/enrol.ts'

const POLL_MS = 10_000
const DAY = '2026-05-20'

const SERVICE = 'http://desk.test'

/** Entry A and exit B of the station north, on a service in this process: requests take no time. */
async function station(dir: string) {
  const world = await openWorld(dir)
  world.service.config.desk.aloneADay = 5
  await importTimetable(world.service.db)
  const line = createRequestLine()
  const time = createVirtualTime(NOON, line.quiet)
  Object.defineProperty(world.clock, 'time', { get: () => time.clock.nowMs() })
  const toService = line.through(request => world.app.fetch(request), SERVICE)
  const operator = await world.signIn('operator')
  const agent = await world.signIn('agent')
  const policy = { ticket: 'hard', passback: 'off' }
  const lane = (name: string, direction: string) => ({
    ...{ name, direction, policy, board: { port: 'b' }, scanner: { port: 's' } },
  })
  const config = gateConfigSchema.parse({
    gate: 'north-1',
    station: 'north',
    data: join(dir, 'gate'),
    service: { url: SERVICE, pollMs: POLL_MS },
    trust: { factory: 'unused', environment: 'test' },
    lanes: [lane('A', 'entry'), lane('B', 'exit')],
  })
  mkdirSync(config.data)
  const made = await world.post(
    '/v1/fleet/enrolments',
    { gate: 'north-1', station: 'north' },
    operator,
  )
  const { code } = (await made.json()) as { code: string }
  await enrol(config, code, { ...SYSTEM, fetch: toService })
  const service = { gone: false }
  let answered = 0
  let running: (() => Promise<void>) | undefined

  async function start() {
    const lines: Record<string, unknown>[] = []
    const readers = new Map<string, ReturnType<typeof createHandReader>>()
    const boards: { board: ReturnType<typeof createHandBoard>; energised: Set<Relay> }[] = []
    const gate = await startGate(config, {
      clock: time.clock,
      timers: time.timers,
      random: () => 0.5,
      randomBytes,
      fetch: async (...args) => {
        if (service.gone) throw new TypeError('fetch failed')
        const answer = await toService(...args)
        if (String(args[0]).endsWith('/station')) answered++
        return answer
      },
      log: pino({ level: 'debug' }, { write: line => void lines.push(JSON.parse(line)) }),
      factoryTrust: readFileSync(join(dir, 'trust/trust-1.cbor')),
      machineBoot: 'boot-1',
      openBoard: () => {
        const energised = new Set<Relay>()
        const board = createHandBoard(energised)
        boards.push({ board, energised })
        return board
      },
      openReader: ({ name }) => {
        const reader = createHandReader(time, `${name}.scanner`)
        readers.set(name, reader)
        return reader
      },
    })
    for (const { board } of boards) board.become('ready')
    for (const reader of readers.values()) reader.become('ready')

    /** Lets threads work until `is` holds; each time a millisecond or more goes by. */
    async function until(what: string, is: () => boolean, stepMs = 1): Promise<void> {
      const deadline = performance.now() + WAIT_MS_MAX
      while (performance.now() < deadline) {
        if (is()) return
        await time.advanceAsync(stepMs)
        await settle(10)
      }
      throw new Error(`${what}: never`)
    }
    const told = (event: string, code?: string) =>
      lines.filter(line => line.event === event && (code === undefined || line.code === code))
        .length
    const locked = () => gate.lanes.every(one => one.view().state.name === 'Locked')
    running = stop
    await until('in service', locked)

    return {
      told,
      until,
      lines,
      /** Three polls: the first may have begun before, and the third begins when the second is judged. */
      async polled() {
        const before = answered
        await until('three polls', () => answered >= before + 3, POLL_MS / 10)
      },
      /** The next poll brings a list that the gate did not have. */
      async newList() {
        const before = told('boarding', 'UPDATED')
        await until('a new list', () => told('boarding', 'UPDATED') > before, POLL_MS / 10)
      },
      /** The fire contacts open, and with them, at once, each lane both ways. */
      fireOpens() {
        for (const { board } of boards) board.setContact('fire', true)
        return boards.every(({ energised }) => energised.has('entry') && energised.has('exit'))
      },
      /** The gate's own time went by at once: the disk takes real time. */
      async written(stage: string) {
        const rows = () => readJournal(join(config.data, 'journal.db'))
        await until('the stage on disk', () => rows().some(row => row.body.stage === stage))
        // And the thread that wrote it has said so: the next row is taken.
        let taken = false
        const tryOne = () =>
          gate.record('mode', { by: 'test' }).then(
            () => {
              taken = true
            },
            () => void setImmediate(tryOne),
          )
        void tryOne()
        await until('another row', () => taken)
      },
      /** Shows a code: `grant ADMIT`, `scan NO_TICKET`, with the flags; and the row's body. */
      async scan(laneName: string, text: string) {
        const file = join(config.data, 'journal.db')
        const before = readJournal(file).length
        const rows = () =>
          readJournal(file)
            .slice(before)
            .filter(row => row.kind === 'scan' || row.kind === 'grant')
        readers.get(laneName)?.read(text)
        await until('a verdict', () => rows().length > 0)
        const row = rows()[0]
        const body: Readonly<Record<string, unknown>> = row?.body ?? {}
        // Nobody walks, and the refusal is no longer shown.
        await time.advanceAsync(6000)
        await until('locked again', locked)
        const flags = (body.flags ?? []) as string[]
        return { said: [row?.kind, body.code, ...flags].join(' '), body }
      },
      /** Shows codes until the list knows the pass: within seconds, long before it is signed anew. */
      async tryAgain(laneName: string, holder: Holder) {
        const endMs = time.clock.nowMs() + 45_000
        let shown = await this.scan(laneName, await holder.present())
        while (shown.said === 'scan TICKET_PENDING' && time.clock.nowMs() < endMs) {
          const before = answered
          await until('the next answer', () => answered > before, 250)
          shown = await this.scan(laneName, await holder.present())
        }
        return shown.said
      },
      stop,
    }

    async function stop(): Promise<void> {
      running = undefined
      let stopped = false
      void gate.stop().then(() => {
        stopped = true
      })
      await until('stopped', () => stopped)
    }
  }
  const close = async () => {
    await running?.()
    await world.close()
  }
  return { world, agent, time, service, start, close }
}

t.test('from the sale to the barrier, and back', async t => {
  const { world, agent, time, service, start, close } = await station(tempDir())
  t.teardown(close)
  let gate = await start()
  await gate.until('a list', () => gate.told('boarding', 'UPDATED') === 1)
  const person = { name: 'AB CD', documentType: 'passport', documentNumber: 'E12345' }
  const holder = await makeHolder(world, agent, person)
  const desk = async (path: string, order: object = {}) => {
    const answer = await world.post(path, { code: await holder.present(), ...order }, agent)
    t.ok(answer.ok, path)
    return ((await answer.json()) as { ticket: { id: string; train: string } }).ticket
  }
  const order = (train: string) => ({ train, from: 'north', to: 'south', day: DAY })
  const enter = async () => gate.scan('A', await holder.present())
  const leave = async () => gate.scan('B', await holder.present())

  t.equal((await enter()).said, 'scan TICKET_PENDING', 'the list does not know this pass yet')
  t.equal(await gate.tryAgain('A', holder), 'scan NO_TICKET', 'seconds later it does')
  t.equal((await leave()).said, 'grant ADMIT_FLAGGED NO_TICKET')

  const sold = await desk('/v1/tickets', order('G2'))
  await gate.newList()
  const admitted = await enter()
  t.equal(admitted.said, 'grant ADMIT')
  const departs = NOON / 1000 + 2 * 3600
  const window = { train: 'G2', from: departs - 180 * 60, until: departs - 3 * 60 }
  t.same(admitted.body.boarding, window, 'train and window, in the journal')
  t.equal((await leave()).said, 'grant ADMIT')

  await desk(`/v1/tickets/${sold.id}/refund`)
  await gate.newList()
  t.equal((await enter()).said, 'scan NO_TICKET')

  await desk('/v1/tickets', order('G6'))
  await gate.newList()
  const early = await enter()
  t.equal(early.said, 'scan TOO_EARLY')
  const opens = NOON / 1000 + 10 * 3600 - 180 * 60
  t.match(early.body, { boarding: { train: 'G6', from: opens } }, 'until when to wait')
  t.match((early.body.trace as object[]).at(-1), {
    rule: 'ticket',
    saw: 'G6, boards 2026-05-20T11:00Z to 2026-05-20T13:57Z',
    said: 'deny',
  })

  service.gone = true
  const goneAt = time.clock.nowMs()
  await time.advanceAsync(TICKET_HARD_MS - 120_000)
  t.equal((await enter()).said, 'scan TOO_EARLY', 'not yet 15 minutes')
  await time.advanceAsync(120_000)
  t.ok(time.clock.nowMs() - goneAt > TICKET_HARD_MS)
  await gate.written('DEGRADED')
  t.equal((await enter()).said, 'grant ADMIT_FLAGGED TRUST_DEGRADED TOO_EARLY')

  await gate.stop()
  gate = await start()
  await gate.until('the list on disk', () => gate.told('boarding', 'UPDATED') === 1)
  const offline = await enter()
  t.equal(offline.said, 'grant ADMIT_FLAGGED TRUST_DEGRADED CLOCK_UNPROVEN TOO_EARLY')
  t.ok(gate.fireOpens())
  await gate.stop()
  t.notMatch(JSON.stringify(gate.lines), /RP1:/)
})

t.test(
  'a new pass opens nothing: not a new certificate, not one that replaces another',
  async t => {
    const { world, agent, time, service, start, close } = await station(tempDir())
    t.teardown(close)
    const gate = await start()
    await gate.until('a list', () => gate.told('boarding', 'UPDATED') === 1)
    const person = { name: 'AB CD', documentType: 'passport', documentNumber: 'E12345' }
    const sell = async (holder: Holder) => {
      const order = {
        code: await holder.present(),
        train: 'G6',
        from: 'north',
        to: 'south',
        day: DAY,
      }
      t.ok((await world.post('/v1/tickets', order, agent)).ok)
      await gate.newList()
    }
    const first = await makeHolder(world, agent, person)
    await sell(first)
    t.equal((await gate.scan('A', await first.present())).said, 'scan TOO_EARLY')
    for (let round = 0; round < 2; round++) {
      const other = await makeHolder(world, agent, person, { replaceActive: true })
      const said = (await gate.scan('A', await other.present())).said
      t.ok(['scan TICKET_PENDING', 'scan TOO_EARLY'].includes(said), said)
      t.equal(await gate.tryAgain('A', other), 'scan TOO_EARLY', 'as before')
    }
    service.gone = true
    const stranger = { ...person, documentNumber: 'E99999' }
    const young = await makeHolder(world, agent, stranger)
    for (let round = 0; round < 3; round++) {
      t.equal((await gate.scan('A', await young.present())).said, 'scan TICKET_PENDING')
    }
    t.match((await gate.scan('B', await young.present())).said, /^grant ADMIT_FLAGGED/, 'the exit')
    service.gone = false
    await time.advanceAsync(1000)
    await gate.polled()
    t.equal((await gate.scan('A', await young.present())).said, 'scan NO_TICKET')
    t.ok(gate.fireOpens())
    await gate.stop()
  },
)

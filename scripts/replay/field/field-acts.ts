/** What each line of a recording does to the gate. */
import { settle } from '../../../fixtures/clock.ts'
import type { Note } from '../../../fixtures/stage/observed.ts'
import { modeBodySchema, testBodySchema } from '../../../gate/contract/events.ts'
import type { RecordedLine, RecordedTrust } from '../../../gate/contract/recording.ts'
import type { MachineContact } from '../../../gate/machine/state.ts'
import type { FieldState } from './field-board.ts'
import type { FieldGate } from './field-gate.ts'
import type { RecordedTrustPlayer } from './recorded-trust.ts'

/** Turns of the event loop that a driver takes to find its device, at most. */
export const TURNS = 8

/** Lines that came together: changes of trust are one change. */
export interface Moment {
  readonly ms: number
  readonly trust: readonly RecordedTrust[]
  readonly line: RecordedLine | undefined
}

export function momentsOf(lines: readonly RecordedLine[]): Moment[] {
  const moments: Moment[] = []
  for (const line of lines) {
    if (line.is === 'use' || line.is === 'visit' || line.is === 'pardon') continue
    const last = moments.at(-1)
    if (line.is !== 'trust') moments.push({ ms: line.ms, trust: [], line })
    else if (last?.ms === line.ms && last.line === undefined) {
      moments[moments.length - 1] = { ...last, trust: [...last.trust, line.change] }
    } else moments.push({ ms: line.ms, trust: [line.change], line: undefined })
  }
  return moments
}

export interface ActParts {
  readonly trust: RecordedTrustPlayer
  readonly begun: Set<string>
  readonly note: Note
}

/** Resolves when what it began has had its turns; time stands still meanwhile. */
export function createFieldActs(
  { gate, boards, readers }: FieldGate,
  { trust, begun, note }: ActParts,
) {
  const laneOf = (name: string) => gate.lanes.find(one => one.name === name)

  function device(name: string, state: FieldState): void {
    for (const board of boards.values()) if (board.name === name) board.become(state)
    readers.get(name)?.become(state)
  }

  async function begin(line: Extract<RecordedLine, { is: 'begins' }>): Promise<void> {
    const board = boards.get(line.lane)
    await settle(TURNS)
    laneOf(line.lane)?.setModes(line.modes, line.asked)
    if (line.latched) {
      board?.setContact('fire', true)
      if (!line.contacts.includes('fire')) board?.setContact('fire', false)
    }
    for (const contact of line.contacts) board?.setContact(contact as MachineContact, true)
    await settle(TURNS)
    begun.add(line.lane)
  }

  /** What a technician or a config did. */
  function command({ lane, kind, body }: Extract<RecordedLine, { is: 'row' }>): void {
    const one = begun.has(lane) ? laneOf(lane) : undefined
    if (kind === 'mode') {
      const { was: _, area: __, by, reason, revision, ...modes } = modeBodySchema.parse(body)
      note(lane, { what: 'step', text: `modes by ${by}` })
      one?.setModes(modes, { by, reason, revision })
    } else if (kind === 'test' && body.about === 'contact') {
      const { what, active = false, by } = testBodySchema.parse(body)
      note(lane, { what: 'step', text: `${by} pretends ${what}` })
      one?.pretend.contact(what as MachineContact, active, by)
    }
  }

  function send(reader: string, text: string, bytes: Uint8Array | undefined): void {
    const one = readers.get(reader)
    if (one === undefined || !begun.has(one.lane)) return
    if (bytes === undefined) {
      note(one.lane, { what: 'step', text: `${reader} reads` })
      one.read(text)
    } else one.send(bytes)
  }

  return async ({ trust: changes, line }: Moment): Promise<void> => {
    if (changes.length > 0) trust.change(changes)
    switch (line?.is) {
      case 'clock':
        trust.setClock(line)
        break
      case 'begins':
        await begin(line)
        break
      case 'bytes':
      case 'report':
        send(line.reader, '', new Uint8Array(Buffer.from(line.bytes, 'base64')))
        break
      case 'text':
        send(line.reader, line.text, undefined)
        break
      case 'device':
        device(line.device, line.state)
        break
      case 'contact':
        if (begun.has(line.lane))
          boards.get(line.lane)?.setContact(line.contact as MachineContact, line.active)
        break
      case 'row':
        command(line)
        break
    }
    await settle(TURNS)
  }
}

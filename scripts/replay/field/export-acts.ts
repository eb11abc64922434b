/**
 * What must happen to a gate for its rows to come again: codes at its readers, contacts, boards, modes.
 * Rows have no contacts, so a passage is walked as its barrier tells it, and what beams alone have told
 * can't be played. Pure.
 */
import type { GateConfig, LaneConfig } from '../../../gate/contract/config.ts'
import type { Direction, TraceStep } from '../../../gate/contract/events.ts'
import { readersOf } from '../../../gate/contract/reader-config.ts'
import type { Contact } from '../../../hardware/ports.ts'
import type { FieldState } from './field-board.ts'
import type { ExportedRow } from './read-export.ts'

export type ExportAct = { readonly at: number; readonly lane: string } & (
  | { readonly act: 'read'; readonly reader: string; readonly row: ExportedRow }
  | { readonly act: 'contact'; readonly contact: Contact; readonly active: boolean }
  | { readonly act: 'board' | 'readers'; readonly state: FieldState }
  /** Its feedback contact stays at rest. */
  | { readonly act: 'stick'; readonly stuck: boolean }
  | { readonly act: 'modes' | 'pretend' | 'boot'; readonly row: ExportedRow }
)

/** Alarms that a contact or a device tells; others come of beams, and of what stands in the lane. */
const TOLD_BY = {
  FIRE: 'fire',
  STOP: 'stop',
  TAMPER: 'tamper',
} as const
const DEVICES: Readonly<Record<string, 'board' | 'readers'>> = {
  BOARD_LOST: 'board',
  NO_DEADMAN: 'board',
  SCANNER_LOST: 'readers',
}

/** Refused by what no row tells of: a disk, or whoever waited before. */
const UNTOLD = new Set(['BUSY', 'JOURNAL_FULL', 'JOURNAL_FAILED', 'JOURNAL_SLOW'])

/** Whether it can be made to come again from rows alone. */
export function isPlayed({ kind, body }: ExportedRow | Omit<ExportedRow, 'ref' | 'at' | 'clock'>) {
  const code = String(body.code ?? '')
  if (kind === 'alarm') return code === 'RELAY_STUCK' || code in TOLD_BY || code in DEVICES
  if (kind === 'annulled') return body.reason !== 'RESTART' && body.reason !== 'JOURNAL_SLOW'
  if (kind !== 'scan') return true
  const trace = body.trace as readonly TraceStep[]
  const waited = code === 'STALE_CODE' && trace.length === 0
  return !UNTOLD.has(code) && !waited && trace[0]?.rule !== 'held up'
}

/** In the order of their times. */
export function actsOf(config: GateConfig, rows: readonly ExportedRow[]): ExportAct[] {
  const grantedAt = new Map(
    rows.flatMap(({ kind, ref, at }) => (kind === 'grant' ? [[ref, at] as const] : [])),
  )
  const acts = rows.flatMap((row, i): ExportAct[] => {
    if (row.body.code === 'RELAY_STUCK') return stuckActs(rows.slice(0, i), row)
    if (row.kind === 'boot') return i === 0 ? [] : [{ ...placeOf(row), act: 'boot', row }]
    const lane = config.lanes.find(({ name }) => name === row.lane)
    return lane === undefined || !isPlayed(row) ? [] : actsOfRow(lane, row, grantedAt)
  })
  return acts.sort((a, b) => a.at - b.at)
}

const placeOf = ({ at, lane }: ExportedRow) => ({ at, lane })

function actsOfRow(
  lane: LaneConfig,
  row: ExportedRow,
  grantedAt: ReadonlyMap<string, number>,
): ExportAct[] {
  const { kind, body } = row
  const place = placeOf(row)
  switch (kind) {
    case 'grant':
      return body.code === 'STAFF_RELEASE' ? pressed(row, 'release') : [reads(lane, row)]
    case 'scan':
      return [reads(lane, row)]
    case 'passage':
      return walks(lane, row, grantedAt)
    case 'mode':
      return [{ ...place, act: 'modes', row }]
    case 'test':
      return body.about === 'contact' ? [{ ...place, act: 'pretend', row }] : []
    case 'alarm':
      return alarmActs(row)
    default:
      return []
  }
}

function reads(lane: LaneConfig, row: ExportedRow): ExportAct {
  const { source, direction } = row.body as { source: string; direction: Direction }
  const all = readersOf(lane)
  const reader =
    all.find(({ name }) => name === source) ?? all.find(one => one.direction === direction)
  return { ...placeOf(row), act: 'read', reader: reader?.name ?? source, row }
}

function pressed(row: ExportedRow, contact: Contact): ExportAct[] {
  const place = placeOf(row)
  return [true, false].map(active => ({ ...place, act: 'contact', contact, active }))
}

/** How long a person is in a beam, and from one beam to the next, milliseconds. */
const BEAM_MS = 160
const STEP_MS = 100
/** Who is granted walks so soon, milliseconds. */
const WALKS_MS = 500

/** Begins while the grant waits for somebody, and ends when the row came. */
function walks(
  { board }: LaneConfig,
  row: ExportedRow,
  grantedAt: ReadonlyMap<string, number>,
): ExportAct[] {
  const { at, lane } = row
  const { direction, grant } = row.body as {
    direction: Direction
    grant: { epoch: string; seq: number }
  }
  const began = (grantedAt.get(`${grant.epoch} ${grant.seq}`) ?? at) + WALKS_MS
  if (board.profile === 'tripod') {
    const contact = direction === 'entry' ? 'passA' : 'passB'
    return [
      { at: Math.min(at, began), lane, act: 'contact', contact, active: true },
      { at, lane, act: 'contact', contact, active: false },
    ]
  }
  const beams = (['beamA', 'beamB', 'beamC', 'beamD', 'beamE', 'beamF'] as const).filter(
    beam => board.pins[beam] !== null,
  )
  const way = direction === 'entry' ? beams : beams.toReversed()
  const wholeMs = (way.length - 1) * STEP_MS + BEAM_MS
  return way.flatMap((contact, i) => {
    const from = at - wholeMs + i * STEP_MS
    return [
      { at: i === 0 ? Math.min(from, began) : from, lane, act: 'contact', contact, active: true },
      { at: from + BEAM_MS, lane, act: 'contact', contact, active: false },
    ] satisfies ExportAct[]
  })
}

function alarmActs(row: ExportedRow): ExportAct[] {
  const place = placeOf(row)
  const code = String(row.body.code)
  const isOn = row.body.on === true
  const device = DEVICES[code]
  if (device !== undefined) return [{ ...place, act: device, state: isOn ? 'lost' : 'ready' }]
  const contact = TOLD_BY[code as keyof typeof TOLD_BY]
  const moved: ExportAct = { ...place, act: 'contact', contact, active: isOn }
  if (row.body.detail !== 'reset by staff') return [moved]
  // The loop is closed already, or a board that holds the alarm answers to the button.
  const [press, letGo] = pressed(row, 'release')
  return [press, moved, letGo].filter(one => one !== undefined)
}

/** From the grant on by which its relay was to move. */
function stuckActs(before: readonly ExportedRow[], { at, lane, body }: ExportedRow): ExportAct[] {
  const grant = before.findLast(row => row.kind === 'grant' && row.lane === lane)
  if (body.on !== true) return [{ at, lane, act: 'stick', stuck: false }]
  return [{ at: (grant?.at ?? at) - 1, lane, act: 'stick', stuck: true }]
}

/** Commands that only look: how the gate, its lanes, devices, trust and time are. */
import type { JsonValue } from '../../contract/canonical.ts'
import type { GateControl } from '../../contract/control.ts'
import type { LaneStatus, TrustReport } from '../../contract/control-status.ts'
import { shownText } from '../../contract/secrets.ts'
import { type Answered, type Caller, type Command, refusedBy, shown } from '../command.ts'
import { figuresLines } from '../figures-screen.ts'
import {
  bytesText,
  numberedLines,
  pairLines,
  spanText,
  tableLines,
  timeText,
  wrapped,
} from '../layout.ts'
import { type Overview, statusLines } from '../status-screen.ts'

export const LOOK_COMMANDS: readonly Command[] = [
  {
    syntax: 'status',
    level: 'viewer',
    says: 'the whole gate on one screen, with what to do about each alarm',
    async run({ control, terminal }) {
      const overview = await overviewOf(control)
      const explain = (code: string) => {
        const meaning = control.explain(code)
        return meaning.ok ? meaning : undefined
      }
      return shown(statusLines(overview, terminal.columns, explain), overview)
    },
  },
  {
    syntax: 'support bundle',
    level: 'technician',
    says: 'writes an archive for a developer, without keys, passes, passwords and people',
    async run({ saveBundle, print }) {
      print('Gathering ...')
      const saved = await saveBundle()
      const { file, bytes } = saved
      return shown(
        [`${file}, ${bytesText(bytes)}`, 'Copy it from this machine; it is for its own user.'],
        saved,
      )
    },
  },
  {
    syntax: 'show lanes',
    level: 'viewer',
    says: 'each lane: state, modes and who asked for them, people, contacts, last decision',
    run({ control, terminal }) {
      const lanes = control.lanes()
      return shown(
        lanes.flatMap(lane => laneLines(lane, terminal.columns)),
        lanes,
      )
    },
  },
  {
    syntax: 'show devices',
    level: 'viewer',
    says: 'boards and readers, since when, and their last fault with its remedy',
    run({ control, terminal, nowMs }) {
      const devices = control.devices()
      const rows = devices.map(one => [
        ...[one.name, one.lane, one.state, spanText(nowMs() - one.sinceMs)],
        one.fault?.code ?? '',
      ])
      const faults = devices.flatMap(({ name, state, fault }) => {
        if (fault === null) return []
        const when = state === 'ready' ? `last at ${timeText(fault.atMs)} UTC` : 'now'
        return wrapped(`${name}: ${fault.code} ${when}: ${fault.remedy}`, terminal.columns)
      })
      return shown(
        [...tableLines(['device', 'lane', 'state', 'since', 'fault'], rows), ...faults],
        devices,
      )
    },
  },
  {
    syntax: 'show trust',
    level: 'viewer',
    says: 'how old trust is, its versions, the last poll, who lets entry go on with it',
    run: ({ control }) => report(control, trustLines),
  },
  {
    syntax: 'show clock',
    level: 'viewer',
    says: 'the gate’s time, whether it is sure of it, the last signed time',
    run: ({ control }) => report(control, clockLines),
  },
  {
    syntax: 'show journal',
    level: 'viewer',
    says: 'rows that wait, the disk, the newest row',
    async run({ control }) {
      const { health } = await control.status()
      const tail = await control.journal.tail({ max: 1 })
      if (!tail.ok) return refusedBy(tail)
      const [newest] = tail.rows
      const disk = health?.journal.disk
      const lines = pairLines([
        ['newest row', newest ? `${newest.seq} at ${timeText(newest.at)} UTC` : 'none'],
        ['epoch', newest?.epoch ?? 'none'],
        ['to be written', String(health?.journal.waiting ?? 'not known')],
        ['disk free', disk ? `${Math.floor(disk.freeBytes / 1_048_576)} MiB` : 'not known'],
        ['reserve', disk ? (disk.held ? 'there' : 'used up') : 'not known'],
      ])
      return shown(lines, { newest: newest ?? null, ...health?.journal })
    },
  },
  {
    syntax: 'show metrics',
    level: 'viewer',
    says: 'what was counted and timed since the gate started: scans, alarms, passages, relays',
    run({ control, terminal }) {
      const answer = control.figures()
      if (!answer.ok) return refusedBy(answer)
      const { ok: _, ...figures } = answer
      return shown(figuresLines(figures, terminal.columns), figures)
    },
  },
  {
    syntax: 'show version',
    level: 'viewer',
    says: 'software, names, how long it runs',
    async run({ control }) {
      const { software, gate, station, upMs, enrolment } = await control.status()
      const lines = pairLines([
        ['software', software],
        ['node', process.version],
        ['gate', gate],
        ['station', station],
        ['enrolled as', enrolment?.gate ?? 'not enrolled'],
        ['runs for', spanText(upMs)],
      ])
      return shown(lines, { software, node: process.version, gate, station, enrolment, upMs })
    },
  },
  {
    syntax: 'show config',
    level: 'viewer',
    says: 'the config that runs',
    run: configShown,
  },
]

export function configShown({ control, terminal }: Caller): Answered {
  const running = control.config.running()
  if (!running.ok) return refusedBy(running)
  const { value } = running
  return shown(configLines(value, terminal.columns), value)
}

/** With numbers of lines. Passwords in addresses are hidden by the gate. */
export function configLines(value: JsonValue, columns: number): readonly string[] {
  const lines = shownText(value).split('\n')
  return numberedLines(
    lines.map((line, at) => [at + 1, line]),
    columns,
  )
}

export async function overviewOf(control: GateControl): Promise<Overview> {
  const trust = control.trust.report()
  return {
    status: await control.status(),
    lanes: control.lanes(),
    devices: control.devices(),
    trust: trust.ok ? trust : null,
    revision: revisionOf(control),
    recording: control.recording.now(),
  }
}

/** Null before the first start. */
function revisionOf({ config }: GateControl): Overview['revision'] {
  const running = config.running()
  return running.ok ? { number: running.revision.number, backTo: running.backTo } : null
}

function report(control: GateControl, lines: (report: TrustReport) => readonly string[]): Answered {
  const answer = control.trust.report()
  if (!answer.ok) return refusedBy(answer)
  const { ok: _, ...trust } = answer
  return shown(lines(trust), trust)
}

function trustLines(trust: TrustReport): readonly string[] {
  const { extension, lastPoll } = trust
  return pairLines([
    ['stage', trust.stage],
    ['manifest age', spanText(trust.manifestAgeMs)],
    ['trust version', `${trust.trustVersion}, until ${timeText(trust.trustExp * 1000)} UTC`],
    ['manifest version', String(trust.manifestVersion ?? 'none')],
    ['status lists', String(trust.lists)],
    ['rollback', trust.rollback],
    [
      'last poll',
      lastPoll === null ? 'none yet' : [lastPoll.code, lastPoll.what].filter(Boolean).join(': '),
    ],
    [
      'goes on with old trust',
      extension === null ? 'no' : `until ${timeText(extension.untilMs)} UTC, by ${extension.by}`,
    ],
  ])
}

function clockLines({ clock }: TrustReport): readonly string[] {
  return pairLines([
    ['time', `${timeText(clock.nowMs)} UTC`],
    ['state', clock.doubt === null ? clock.state : `${clock.state}: ${clock.doubt}`],
    ['last signed time', clock.lastTime ?? 'none'],
    ['it added', clock.lastOffsetMs === null ? '-' : `${clock.lastOffsetMs} ms`],
  ])
}

function laneLines(lane: LaneStatus, columns: number): readonly string[] {
  const { modes, asked, people, last, contacts, pretended } = lane
  const others = Object.entries(modes).filter(([, on]) => on === true)
  const where = asked.revision === undefined ? '' : `, revision ${asked.revision}`
  const why = asked.reason ? `: ${asked.reason}` : ''
  const told =
    last === null
      ? 'nothing yet'
      : `${timeText(last.at)} UTC ${last.code} at ${last.direction}${last.flags.length > 0 ? `, flagged ${last.flags.join(', ')}` : ''}`
  const real = contacts.filter(one => !pretended.includes(one))
  return [
    `lane ${lane.name}: ${lane.state}`,
    ...pairLines([
      [
        '  modes',
        `entry ${modes.entry}, exit ${modes.exit}${others.map(([name]) => `, ${name}`).join('')}`,
      ],
      ['  asked by', `${asked.by}${where}${why}`],
      ['  out because of', lane.out.join(', ') || '-'],
      ['  entry shut by', lane.entryShut ?? '-'],
      ['  people', `${people.inLane} in the lane, ${people.waiting} wait`],
      ['  passages', `${lane.passages.entry} in, ${lane.passages.exit} out`],
      ['  contacts', [...real, ...pretended.map(one => `${one} (pretended)`)].join(', ') || '-'],
      ['  relays', lane.relays.join(', ') || '-'],
      ['  last', told],
    ]).flatMap(line => wrapped(line, columns, '    ')),
  ]
}

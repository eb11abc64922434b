/** What `server-attack.ts` saw, as figures with their goals. */
import { availableParallelism } from 'node:os'
import { PROCESS_MIB_MAX } from '../../server/face/limits.ts'
import { type Figure, figure } from './figure.ts'
import type { LoopBeat } from './loop-file.ts'
import type { Honest } from './server-attack-honest.ts'
import type { Attacked } from './server-attack-load.ts'
import { FACES_AN_HOUR } from './server-attack-pictures.ts'
import { machineCpuMs, type Watched } from './server-attack-watch.ts'
import { inUnits, spreadOf, tailSpread } from './spread.ts'

const PART = 'server'
/** Of the service's scripts, MiB: it is started so. */
export const HEAP_MIB_MAX = 256
const RSS_MIB_MAX = 512
/** How much more of memory, MiB, it may have a minute after the attack. */
export const KEPT_MIB_MAX = 64
const FACE_MS = 5_000
export const FACE_SHARE_GOAL = '≥ 0.95'
const STAFF_MS = 100
const POLL_MS = 50
/** A poll that comes while the loop is at work waits for so long. */
const LOOP_MS = 20

/** When the attack was over: its memory then, MiB, after so long. */
export interface Quiet {
  readonly rss: number
  readonly ms: number
}

/** What was sent, and what it was answered. */
export function sentFigures(sent: Attacked['attacked']): Figure[] {
  const hour = `an hour’s pictures of one address (${FACES_AN_HOUR})`
  const kinds = [
    [`attack: ${hour}, face checks`, sent.bombs],
    ['attack: small PNGs of huge sides, nine in a loop', sent.hugeSides],
    ['attack: bodies without their last byte', sent.withheld],
    ['attack: event streams of one address', sent.streams],
    ['attack: keys of no gate', sent.gateKeys],
  ] as const
  const figures = kinds.map(([name, tally]) => {
    const answers = Object.entries(tally).toSorted(([, a], [, b]) => b - a)
    const all = answers.reduce((sum, [, n]) => sum + n, 0)
    const note = answers.map(([answer, n]) => `${answer} × ${n}`).join(', ')
    return figure(PART, name, [all, 'sent'], { note })
  })
  return figures
}

/** CPU time, ms; of the whole machine last. */
export interface Taken {
  readonly ms: number
  readonly service: number
  readonly faces: number
  readonly measurer: number
  readonly machine: number
}

/** CPU time from now until the function it gives is called. */
export function cpuTaken(watched: Watched): () => Taken {
  const look = () => {
    const { user, system } = process.cpuUsage()
    const measurer = (user + system) / 1000
    return { ms: performance.now(), ...watched.cpuMs(), measurer, machine: machineCpuMs() }
  }
  const from = look()
  return () => {
    const to = look()
    return {
      ms: to.ms - from.ms,
      service: to.service - from.service,
      faces: to.faces - from.faces,
      measurer: to.measurer - from.measurer,
      machine: to.machine - from.machine,
    }
  }
}

/** Who had the cores: with much for others, the times above are of a busy machine. */
export function cpuFigures(taken: Taken, attackersMs: number): Figure[] {
  const ours = taken.service + taken.faces + taken.measurer + attackersMs
  const rows = [
    ['the service took', taken.service],
    ['the face check’s process took', taken.faces],
    ['the attackers’ process took', attackersMs],
    ['who measures took', taken.measurer],
    ['other programs of this machine took', Math.max(0, taken.machine - ours)],
  ] as const
  return rows.map(([name, ms]) =>
    figure(PART, `under attack, ${name}`, [ms / taken.ms, `of ${availableParallelism()} cores`]),
  )
}

/** How busy its process was with face checks, while more were asked for than it could do. */
export function faceShare(name: string, { ms, faces }: Taken): Figure {
  return figure(PART, `${name}, the face check’s process took`, [faces / ms, 'of a core'])
}

/** `lagMs`: of the service’s event loop. `goal`: of the share of face checks that are answered soon. */
export function honestFigures(
  name: string,
  { faces, staff, polls, lagMs }: Honest & { readonly lagMs: number },
  goal?: string,
): Figure[] {
  const inTime = faces.filter(one => isDecided(one.answer) && one.ms <= FACE_MS)
  const waits = faces.reduce((sum, one) => sum + one.waits, 0)
  const said = Object.entries(Object.groupBy(faces, one => one.answer))
    .map(([answer, of = []]) => `${answer} × ${of.length}`)
    .join(', ')
  const tookMs = faces.map(one => one.ms)
  return [
    figure(PART, `${name}, honest face checks within 5 s`, [inTime.length, ''], {
      limit: `all ${faces.length}`,
      note: `${said}; told to wait ${waits} times`,
      ratio: inTime.length / faces.length,
      ...(goal && { goal }),
    }),
    figure(PART, `${name}, a face check, p50`, [spreadOf(tookMs), 'ms']),
    figure(PART, `${name}, a face check, slowest`, [Math.max(...tookMs), 'ms']),
    figure(PART, `${name}, applying and its challenge, slowest`, [
      Math.max(...faces.map(one => one.appliedMs)),
      'ms',
    ]),
    ...p99Of(`${name}, staff look at the gates`, STAFF_MS, staff),
    ...p99Of(`${name}, a poll`, POLL_MS, polls),
    figure(PART, `${name}, the service’s event loop late, p99`, [lagMs, 'ms'], {
      limit: `${LOOP_MS} ms`,
      ratio: lagMs / LOOP_MS,
    }),
  ]
}

/** By its own CPU time: how soon others' work lets it run is the machine's. */
export function loopFigures(name: string, beats: readonly LoopBeat[]): Figure[] {
  const took = beats.map(([, cpuMs]) => cpuMs)
  const p99 = tailSpread(took, 0.99)
  return [
    figure(PART, `${name}, CPU of the event loop in a beat, p99`, [p99, 'ms'], {
      limit: `${LOOP_MS} ms`,
      note: `of ${took.length} beats`,
      ratio: inUnits(p99, LOOP_MS),
      goal: '≤ 1.00',
    }),
    figure(PART, `${name}, CPU of the event loop in a beat, most`, [Math.max(...took), 'ms']),
  ]
}

/** A match, or a decision that a person can act upon; to be told to wait is none. */
const isDecided = (answer: string): boolean => answer === '201' || /^(403|422) /.test(answer)

function p99Of(name: string, mostMs: number, took: readonly number[]): Figure[] {
  const p99 = tailSpread(took, 0.99)
  return [
    figure(PART, `${name}, p50`, [spreadOf(took), 'ms']),
    figure(PART, `${name}, p99`, [p99, 'ms'], {
      limit: `${mostMs} ms`,
      note: `of ${took.length}`,
      ratio: inUnits(p99, mostMs),
      goal: '≤ 1.00',
    }),
  ]
}

/** `start`: its memory before, MiB. */
export function memoryFigures(watched: Watched, start: number, quiet: Quiet): Figure[] {
  const ended = watched.ended()
  const [peak, face] = [watched.peak(), watched.facePeak()]
  return [
    figure(PART, 'under attack, the service lives', [ended === undefined ? 1 : 0, ''], {
      note: ended ?? 'from start to end',
      ratio: ended === undefined ? 1 : 0,
      goal: '≥ 1.00',
    }),
    figure(PART, 'the service’s memory before the attack', [start, 'MiB']),
    figure(PART, `its highest, watched, with a heap of ${HEAP_MIB_MAX} MiB`, [peak, 'MiB'], {
      limit: `${RSS_MIB_MAX} MiB`,
      ratio: peak / RSS_MIB_MAX,
      goal: '≤ 1.00',
    }),
    figure(PART, 'once it is quiet again', [quiet.rss, 'MiB'], {
      limit: `before + ${KEPT_MIB_MAX} MiB`,
      note: `after ${(quiet.ms / 1000).toFixed(0)} s`,
      ratio: quiet.rss / (start + KEPT_MIB_MAX),
      goal: '≤ 1.00',
    }),
    figure(PART, 'the face check’s highest', [face, 'MiB'], {
      limit: `${PROCESS_MIB_MAX} MiB`,
      note: `${watched.faceProcesses()} processes`,
      ratio: face / PROCESS_MIB_MAX,
      goal: '≤ 1.00',
    }),
  ]
}

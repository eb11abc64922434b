/**
 * Judges the mutants of one room: by what is remembered, or by a process, which is started anew where a
 * mutant spoilt it.
 */
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { startJudgeProcess } from './judge-process.ts'
import type { Answer, JudgeNote } from './messages.ts'
import type { Memory } from './remembered.ts'
import { type RoomMutants, scenariosOf, testsOf } from './room-mutants.ts'
import type { MutatedRoom } from './rooms.ts'
import type { NumberedMutant } from './switches.ts'
import type { Verdict } from './verdict.ts'

export interface RoomParts {
  readonly root: string
  readonly room: MutatedRoom
  readonly made: RoomMutants
  /** Those of `made` to judge. */
  readonly chosen: readonly NumberedMutant[]
  readonly memory: Memory
  readonly onVerdict: (verdict: Verdict) => void
  /** Stops at once; the mutant at hand gets no verdict. */
  readonly signal: AbortSignal
}

/** Rejects where a judge does not hold without any mutant. */
export async function judgeRoom(parts: RoomParts): Promise<void> {
  const { root, room, made, chosen, memory, onVerdict, signal } = parts
  const open = chosen.filter(mutant => {
    const known = memory.verdictOf(mutant)
    if (known !== undefined) onVerdict(known)
    return known === undefined
  })
  if (open.length === 0 || signal.aborted) return
  const court = await openCourt(root, room, made)
  const stop = () => court.close()
  signal.addEventListener('abort', stop)
  try {
    for (const mutant of open) {
      const verdict = await court.judge(mutant, memory)
      if (signal.aborted) break
      memory.note(verdict, court.fileOf(verdict), court.filesReaching(mutant))
      onVerdict(verdict)
    }
  } finally {
    signal.removeEventListener('abort', stop)
    await court.close()
  }
}

interface Court {
  judge(mutant: NumberedMutant, memory: Memory): Promise<Verdict>
  /** Of the judge that killed; undefined where it is none. */
  fileOf(verdict: Verdict): string | undefined
  /** Files of the judges that reach it. */
  filesReaching(mutant: NumberedMutant): string[]
  close(): Promise<void>
}

async function openCourt(root: string, room: MutatedRoom, made: RoomMutants): Promise<Court> {
  const sources = join(tempDir(), 'sources.json')
  writeFileSync(sources, JSON.stringify(made.sources))
  const assignment = { root, tests: testsOf(root, room), scenarios: scenariosOf(root, room) }
  let process = await startJudgeProcess(assignment, sources)
  const { judges } = process
  const loading = new Set(process.loading)
  let isClosed = false
  let renewing = Promise.resolve()
  const faulty = judges.find(({ fault }) => fault !== undefined)
  if (faulty !== undefined) {
    await process.end()
    throw new Error(`${faulty.name}: does not hold without a mutant: ${faulty.fault}`)
  }
  const reaching = placesByMutant(judges)
  const asked = judges.map(note => note.asked)
  const placesOf = ({ number }: NumberedMutant) => reaching.get(number) ?? []
  const nameOf = (place: number) => judges[place]?.name ?? ''
  const filesOf = (places: readonly number[]) => [
    ...new Set(places.map(place => judges[place]?.file ?? '')),
  ]

  async function renew(): Promise<void> {
    await process.end()
    if (!isClosed) process = await startJudgeProcess({ ...assignment, asked }, sources)
  }

  return {
    async judge(mutant, memory) {
      const all = placesOf(mutant)
      if (all.length === 0) {
        const isLoadOnly = loading.has(mutant.number)
        return { mutant, killedBy: undefined, why: UNREACHED, isLoadOnly }
      }
      const spared = memory.sparedBy(mutant)
      const asks = all.filter(place => !spared.has(judges[place]?.file ?? ''))
      const last = asks.findIndex(place => nameOf(place) === memory.lastKillerOf(mutant))
      if (last > 0) asks.unshift(...asks.splice(last, 1))
      const answer = await process.ask({ mutant: mutant.number, judges: asks })
      if (answer === undefined || answer.isSpoilt) {
        renewing = renew()
        await renewing
      }
      return verdictOf(mutant, answer, nameOf)
    },
    fileOf: ({ killedBy }) => judges.find(({ name }) => name === killedBy)?.file,
    filesReaching: mutant => filesOf(placesOf(mutant)),
    async close() {
      isClosed = true
      // A process that starts still reads the sources.
      await renewing
      await process.end()
      rmSync(sources, { force: true })
    },
  }
}

const UNREACHED = 'no test reaches it, or tells it from the original'

/** The places of the judges that reach each mutant, the cheapest first. */
function placesByMutant(judges: readonly JudgeNote[]): Map<number, number[]> {
  const byCost = judges.map((_, place) => place)
  byCost.sort((a, b) => (judges[a]?.costMs ?? 0) - (judges[b]?.costMs ?? 0))
  const reaching = new Map<number, number[]>()
  for (const place of byCost) {
    for (const mutant of judges[place]?.reaches ?? []) {
      reaching.set(mutant, [...(reaching.get(mutant) ?? []), place])
    }
  }
  return reaching
}

function verdictOf(
  mutant: NumberedMutant,
  answer: Answer | undefined,
  nameOf: (place: number) => string,
): Verdict {
  if (answer === undefined) {
    return { mutant, killedBy: 'the process', why: 'it ends, or never answers', isLoadOnly: false }
  }
  const { killedBy, why } = answer
  const name = killedBy === undefined ? undefined : nameOf(killedBy)
  return { mutant, killedBy: name, why, isLoadOnly: false }
}

/**
 * Verdicts of runs before, one file a room. A verdict holds as long as its judges' stamps do; after
 * that its killer is asked first, since it will most likely kill again.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hashOf, type StampOf } from './stamps.ts'
import type { NumberedMutant } from './switches.ts'
import type { Verdict } from './verdict.ts'

interface Entry {
  /** The judge's name, and its file's stamp; of one that ended the process there is none. */
  readonly killedBy?: string
  readonly why?: string | undefined
  readonly isLoadOnly?: boolean
  readonly stamp?: string
  /** Of what no judge killed: the stamps of all judges of the room together. */
  readonly court?: string
  /** Of a survivor: the stamp of each judge's file that it survived. */
  readonly spared?: Readonly<Record<string, string>>
}

export interface Memory {
  verdictOf(mutant: NumberedMutant): Verdict | undefined
  /** Files of judges that are as they were when it survived them. */
  sparedBy(mutant: NumberedMutant): ReadonlySet<string>
  lastKillerOf(mutant: NumberedMutant): string | undefined
  /** `killer`: the file of the judge that killed it; `reaching`: of all judges that reach it. */
  note(verdict: Verdict, killer: string | undefined, reaching: readonly string[]): void
  save(): void
}

export interface MemoryParts {
  /** Ignored by git; made where it is not there. */
  readonly folder: string
  readonly room: string
  readonly mutants: readonly NumberedMutant[]
  /** Files of all judges of the room. */
  readonly judges: readonly string[]
  readonly stampOf: StampOf
  /** What is there is not read, and written anew. */
  readonly isFresh: boolean
}

export function createMemory(parts: MemoryParts): Memory {
  const { folder, room, mutants, judges, stampOf, isFresh } = parts
  const path = join(folder, `${room.replaceAll('/', '-')}.json`)
  const entries = isFresh ? new Map<string, Entry>() : readEntries(path)
  const keys = keysOf(mutants)
  const court = hashOf(judges.map(stampOf))
  const entryOf = ({ number }: NumberedMutant): Entry => entries.get(keys[number] ?? '') ?? {}

  return {
    verdictOf(mutant) {
      const { killedBy, why, stamp, isLoadOnly = false, ...kept } = entryOf(mutant)
      const isKept =
        killedBy === undefined || stamp === undefined
          ? kept.court === court
          : stamp === stampOf(fileOf(killedBy))
      return isKept ? { mutant, killedBy, why, isLoadOnly } : undefined
    },
    sparedBy(mutant) {
      const spared = Object.entries(entryOf(mutant).spared ?? {})
      return new Set(
        spared.filter(([file, stamp]) => stamp === stampOf(file)).map(([file]) => file),
      )
    },
    lastKillerOf: mutant => entryOf(mutant).killedBy,
    note({ mutant, killedBy, why, isLoadOnly }, killer, reaching) {
      const key = keys[mutant.number]
      if (key === undefined) return
      if (killedBy === undefined) {
        const spared = Object.fromEntries(reaching.map(file => [file, stampOf(file)]))
        entries.set(key, { court, spared, why, isLoadOnly })
      } else {
        const held = killer === undefined ? { court } : { stamp: stampOf(killer) }
        entries.set(key, { killedBy, why, ...held })
      }
    },
    save() {
      mkdirSync(folder, { recursive: true })
      writeFileSync(path, JSON.stringify(Object.fromEntries(entries)))
    },
  }
}

/** A judge's name begins with its file. */
const fileOf = (judge: string) => judge.split(': ', 1)[0] ?? judge

/** A change in a line, and which of its like in the file: both stay when other lines change. */
function keysOf(mutants: readonly NumberedMutant[]): string[] {
  const seen = new Map<string, number>()
  return mutants.map(({ file, code, from, to }) => {
    const key = `${file}: ${code}: ${from} -> ${to}`
    const count = seen.get(key) ?? 0
    seen.set(key, count + 1)
    return `${key} #${count}`
  })
}

/** A file that is damaged is as good as none. */
function readEntries(path: string): Map<string, Entry> {
  if (!existsSync(path)) return new Map()
  try {
    return new Map(Object.entries(JSON.parse(readFileSync(path, 'utf8')) as Record<string, Entry>))
  } catch {
    return new Map()
  }
}

/** People from a folder onto the service's file: checked one by one, never named in a message. */
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { explainIssues } from '../../gate/contract/explain.ts'
import { readJsonText } from '../../gate/contract/json-text.ts'
import { databasePlace, type LoadedConfig } from '../../server/config.ts'
import { DOCUMENT_TYPES } from '../../server/domain/document-type.ts'
import type { InBoth } from '../../server/domain/told.ts'
import { PROBLEMS, Problem } from '../../server/errors.ts'
import { PICTURE_BYTES_MAX } from '../../server/face/limits.ts'
import {
  DOCUMENT_NUMBER_CHARS_MAX,
  NAME_POINTS_MAX,
  OTHER_DOCUMENTS_MAX,
  PEOPLE_FILE_BYTES_MAX,
  PEOPLE_MAX,
} from '../../server/limits.ts'
import { createSecrets } from '../../server/secrets.ts'
import { checkIdentity, type TypedIdentity } from '../../server/services/identity.ts'
import { registerDocuments } from '../../server/services/people-registry.ts'
import { writeAudit } from '../../server/store/audit/audit.ts'
import { openDatabase } from '../../server/store/engine/engines.ts'
import { transact } from '../../server/store/engine/transact.ts'
import type { PhotoCheck } from './photo-check.ts'

/** Of the whole import: nothing was written. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

export interface Counted {
  readonly added: number
  readonly updated: number
  readonly refused: number
}

export interface ImportParts {
  readonly photos: Pick<PhotoCheck, 'read'>
  /** `place` from 1, in the order of the file. */
  readonly onRefused: (place: number, why: string) => void
  readonly onProgress: (done: number, all: number) => void
}

const nameSchema = z.string().max(NAME_POINTS_MAX * 4)
const documentShape = {
  documentType: z.enum(DOCUMENT_TYPES),
  documentNumber: z.string().max(DOCUMENT_NUMBER_CHARS_MAX),
}
/** `otherDocuments`: of the same person, each with the name on it where that is another. */
const personSchema = z.strictObject({
  name: nameSchema,
  ...documentShape,
  photo: z.string().min(1).max(400),
  otherDocuments: z
    .array(z.strictObject({ ...documentShape, name: nameSchema.optional() }))
    .max(OTHER_DOCUMENTS_MAX)
    .default([]),
})

/** Throws InputError, and StartError when the database can't be used. */
export async function importPeople(
  { config, secret }: LoadedConfig,
  folder: string,
  { photos, onRefused, onProgress }: ImportParts,
): Promise<Counted> {
  const people = readList(join(folder, 'people.json'))
  const secrets = createSecrets(secret)
  const db = await openDatabase(databasePlace(config))
  const counted = { added: 0, updated: 0, refused: 0 }

  /** `where`: in the entry, for what is told of a refusal. */
  function read(typed: TypedIdentity, where: string, now: number) {
    try {
      const { warnings: _, readings: __, ...identity } = checkIdentity(config.documents, typed, now)
      return identity
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      throw new Problem(error.code, { why: where + whyOf(error) })
    }
  }

  async function take(entry: unknown): Promise<boolean> {
    const parsed = personSchema.safeParse(entry)
    if (!parsed.success)
      throw new Problem('INVALID', { why: explainIssues(parsed.error, entry).join('; ') })
    const now = Date.now()
    const { photo, otherDocuments, ...first } = parsed.data
    const others = otherDocuments.map(({ name = first.name, ...document }, i) =>
      read({ name, ...document }, `otherDocuments[${i}]: `, now),
    )
    const identities = [read(first, '', now), ...others]
    const looked = await photos.read(readPhoto(join(folder, photo)))
    if (!looked.ok) throw new Problem('FACE_BAD_PICTURE', { why: looked.reason })
    return transact(db, tx => registerDocuments(tx, secrets, identities, looked.photo, now))
  }

  try {
    for (const [i, entry] of people.entries()) {
      try {
        counted[(await take(entry)) ? 'added' : 'updated'] += 1
      } catch (error) {
        if (!(error instanceof Problem)) throw error
        onRefused(i + 1, `${error.code}: ${error.extra.why}`)
        counted.refused += 1
      }
      onProgress(i + 1, people.length)
    }
    const { added, updated } = counted
    const entry = { actor: 'system', action: 'registry.import', subject: 'registry' } as const
    await writeAudit(db, { ...entry, detail: { added, updated } }, Date.now())
  } finally {
    await db.destroy()
  }
  return counted
}

/** What was seen and expected, without repeating it. */
function whyOf({ code, extra }: Problem): string {
  const { reason, seen, expected } = extra as Record<string, InBoth | string | undefined>
  const told = (one: InBoth | string | undefined) => (typeof one === 'object' ? one.en : one)
  if (seen === undefined) return PROBLEMS[code].title
  const why = `seen: ${told(seen)}; expected: ${told(expected)}`
  return reason === undefined ? why : `${told(reason)}: ${why}`
}

function readList(file: string): readonly unknown[] {
  try {
    if (statSync(file).size > PEOPLE_FILE_BYTES_MAX) throw new Error('too large')
    const read = readJsonText(readFileSync(file))
    if (!read.ok) throw new Error(read.problem)
    if (!Array.isArray(read.value)) throw new Error('not a list')
    if (read.value.length > PEOPLE_MAX) throw new Error(`more than ${PEOPLE_MAX} people`)
    return read.value
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`)
  }
}

function readPhoto(path: string): Uint8Array {
  try {
    if (statSync(path).size > PICTURE_BYTES_MAX) throw new Error('too large')
    return new Uint8Array(readFileSync(path))
  } catch (error) {
    const why = (error as { code?: string }).code ?? (error as Error).message
    throw new Problem('FACE_BAD_PICTURE', { why })
  }
}

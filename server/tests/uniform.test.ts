/**
 * Before a match nobody learns who is on file, has used the month or is past the day's tries: not
 * from status or body, nor from the time, since the same work is done for all. Each request's
 * statements are written down, what it decrypts, and its face checks.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import type { CompiledQuery } from 'kysely'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { QUOTA_PER_MONTH } from '../domain/certificate.ts'
import { RATES } from '../limits.ts'
import type { Secrets } from '../secrets.ts'
import { registerDocuments } from '../services/people-registry.ts'
import { transact } from '../store/engine/transact.ts'
import type { Database } from '../store/schema/schema.ts'
import { makeApplicant, putOnFile, type Said, typedPerson } from '../testing/applicant.ts'
import { onEachEngine } from '../testing/engines.ts'
import { virtualFaces } from '../testing/faces.ts'
import { openWorld, type World } from '../testing/world.ts'

const HOUR_MS = 3600_000
const said = new AsyncLocalStorage<string[]>()

/** A challenge asks for more or fewer pictures, whoever is asked: so many values stand in a list. */
const withoutCounts = (text: string): string =>
  text
    .replaceAll(/\$\d+/g, '?')
    .replaceAll(/\(\?(, (\?|null))*\)/g, '(?)')
    .replaceAll(/\(\?\)(, \(\?\))+/g, '(?)')

/** Writes down the statements of whoever runs inside `said`, in transactions too. */
function listen(db: Database): () => void {
  let prototype = Object.getPrototypeOf(db.getExecutor())
  while (!Object.hasOwn(prototype, 'executeQuery')) prototype = Object.getPrototypeOf(prototype)
  const original = prototype.executeQuery
  prototype.executeQuery = function (query: CompiledQuery, ...rest: unknown[]) {
    said.getStore()?.push(withoutCounts(query.sql))
    return original.call(this, query, ...rest)
  }
  return () => {
    prototype.executeQuery = original
  }
}

/** Writes down what is decrypted. */
function listenToSecrets(secrets: Secrets): void {
  for (const name of ['open', 'openBytes'] as const) {
    const original = secrets[name]
    Object.assign(secrets, {
      [name](sealed: Uint8Array, about: string) {
        said.getStore()?.push(name)
        return original(sealed, about)
      },
    })
  }
}

const KINDS = [
  ...(['on file', 'not on file', 'another name', 'month used up', 'past the cap'] as const),
  'of several documents',
] as const
type Kind = (typeof KINDS)[number]

/** A document of this kind; what has to happen before has happened. */
async function documentOf(world: World, kind: Kind, n: number): Promise<string> {
  const number = `E${30_000 + n}`
  if (kind !== 'not on file') await putOnFile(world, number)
  if (kind === 'of several documents') {
    const { db, secrets } = world.service
    const documents = [typedPerson(number), typedPerson(`F${n}0000`)]
    const photo = Buffer.from(number)
    await transact(db, tx => registerDocuments(tx, secrets, documents, photo, 0))
  }
  if (kind === 'month used up') {
    const owner = await makeApplicant(world, number)
    for (let i = 0; i < QUOTA_PER_MONTH; i++) {
      const { certificate } = await owner.certificate()
      await owner.phone.ask('DELETE', `/v1/certificates/${certificate?.id}`)
    }
  }
  for (let i = 0; kind === 'past the cap' && i < RATES.facePerson.max; i++) {
    const stranger = await makeApplicant(world, number)
    await stranger.face((await stranger.apply()).application?.id ?? '', 'x')
  }
  return number
}

await onEachEngine(async (t, newPlace) => {
  const faces = virtualFaces()
  const world = await openWorld(tempDir(), 40, await newPlace(), faces)
  t.teardown(() => world.close())
  t.teardown(listen(world.service.db))
  listenToSecrets(world.service.secrets)

  /** What one request said, and the work that was done for it. */
  async function watched(request: () => Promise<Said>) {
    const statements: string[] = []
    const before = faces.count
    const answer = await said.run(statements, request)
    const { status, code, triesLeft } = answer
    const told = { status, code, triesLeft, shape: Object.keys(answer).sort() }
    return { answer, seen: { told, statements, faceChecks: faces.count - before } }
  }

  /** A whole application that comes to no match, request by request. */
  async function watchedApplication(number: string, kind: Kind) {
    const applicant = await makeApplicant(world, number)
    const more = kind === 'another name' ? { name: 'EF GH' } : {}
    // The phone learns the nonce.
    await applicant.apply(more)
    const applied = await watched(() => applicant.apply(more))
    const path = `/v1/applications/${applied.answer.application?.id}`
    const seen: object[] = [applied.seen]
    for (const picture of ['somebody', '!BAD_PICTURE', '!NO_FACE', '!STILL']) {
      const challenged = await watched(() => applicant.post(`${path}/challenge`, {}))
      const capture = applicant.capture(challenged.answer.challenge, picture)
      const checked = await watched(() => applicant.post(`${path}/face`, capture))
      seen.push(challenged.seen, checked.seen)
    }
    return seen
  }

  let usual: readonly object[] | undefined
  for (const [n, kind] of KINDS.entries()) {
    await t.test(kind, async t => {
      const number = await documentOf(world, kind, n)
      const seen = await watchedApplication(number, kind)
      usual ??= seen
      t.same(seen, usual, 'the same answers after the same work')
      t.match(seen[2], { told: { code: 'NOT_VERIFIED' }, faceChecks: 1 })
      const photos = new Set(
        faces.photos.slice(-4).map(photo => Buffer.from(photo).toString('hex')),
      )
      t.equal(photos.size, 1, 'compared with one photo, whatever was shown')
      t.notOk(photos.has(Buffer.from('somebody').toString('hex')))
      const isOwn = photos.has(Buffer.from(number).toString('hex'))
      t.equal(isOwn, !['not on file', 'another name'].includes(kind))
      t.ok((seen[2] as { statements: string[] }).statements.length > 5, 'statements were seen')
      world.clock.time += HOUR_MS
    })
  }
})

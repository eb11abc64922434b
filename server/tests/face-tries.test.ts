/**
 * Tries of applications when pictures end the face check's process: whose picture it was has used
 * one, who suffered by it has not. Over the real process, with a program that ends as pictures say.
 */

import { setImmediate as nextRound } from 'node:timers/promises'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { systemTimers } from '../clock.ts'
import { createFaceEngine } from '../face/engine.ts'
import { createFairFaces } from '../face/fair-faces.ts'
import { QUEUE_MAX } from '../face/limits.ts'
import { APPLICATION_TRIES_MAX } from '../limits.ts'
import { makeApplicant, putOnFile } from '../testing/applicant.ts'
import { openWorld } from '../testing/world.ts'

const program = new URL('../testing/face-program.ts', import.meta.url)
const engine = createFaceEngine({ onFault: what => t.comment(what), program, checkMsMax: 3000 })
const faces = createFairFaces({ faces: engine, atOnce: 1, timers: systemTimers })
const world = await openWorld(tempDir(), 2, undefined, faces)
t.teardown(() => world.close())

/** Somebody on file who has applied. */
async function somebody(number: string) {
  await putOnFile(world, number)
  const applicant = await makeApplicant(world, number)
  const id = (await applicant.apply()).application?.id ?? ''
  return { id, face: (picture: string) => applicant.face(id, picture) }
}

/** Resolves when so many face checks of an application have begun. */
async function looked(id: string, times: number): Promise<void> {
  const rows = world.service.db
    .selectFrom('audit')
    .select('id')
    .where('action', '=', 'registry.look')
    .where('subject', '=', `application ${id}`)
  while ((await rows.execute()).length < times) await nextRound()
}

t.test('a bomb costs its sender the try, and those who wait are looked at', async t => {
  const stranger = await somebody('E50001')
  const others = await Promise.all(['E50002', 'E50003', 'E50004'].map(somebody))
  for (const [n, end] of ['crash', 'hang', 'memory'].entries()) {
    const [bomb, honest] = await Promise.all([
      stranger.face(end),
      (others[n] as (typeof others)[0]).face('good'),
    ])
    t.match(bomb, { status: 422, code: 'FACE_BAD_PICTURE', triesLeft: 4 - n }, end)
    t.equal(honest.status, 201, 'whoever came first')
  }
  await stranger.face('abort')
  t.match(await stranger.face('exit'), { code: 'FACE_BAD_PICTURE', triesLeft: 0 })
  t.match(await stranger.face('good'), { status: 403, code: 'TRIES_USED' })
})

t.test('an end without a picture, and a full queue, cost nobody a try', async t => {
  const person = await somebody('E50005')
  for (let n = 0; n <= APPLICATION_TRIES_MAX; n++) {
    t.match(await person.face('network'), { status: 503, code: 'FACE_UNAVAILABLE' })
  }
  const many = await Promise.all(
    Array.from({ length: QUEUE_MAX + 4 }, (_, n) => somebody(`E5${1000 + n}`)),
  )
  const hanging = person.face('hang')
  await looked(person.id, APPLICATION_TRIES_MAX + 2)
  const said = await Promise.all([...many.map(one => one.face('good')), hanging])
  const busy = said.flatMap(({ code }, n) => (code === 'FACE_BUSY' ? [many[n] ?? person] : []))
  t.ok(busy.length >= 3, `${busy.length} were turned away`)
  for (const one of said.filter(({ code }) => code === 'FACE_BUSY')) {
    t.match(one, { status: 503, retryAfter: 5 })
  }
  t.match(await busy[0]?.face('crash'), { triesLeft: APPLICATION_TRIES_MAX - 1 })
})

t.test('whom the queue would turn away leaves no trace, and keeps challenge and try', async t => {
  const person = await somebody('E50006')
  const { hasRoom } = faces
  const asked: string[] = []
  let room = 0
  faces.hasRoom = ({ subject }) => {
    asked.push(subject)
    return room-- > 0
  }
  const { db } = world.service
  const subject = `application ${person.id}`
  const left = async () => {
    const audit = await db.selectFrom('audit').select('id').execute()
    const open = await db
      .selectFrom('challenges')
      .selectAll()
      .where('subject', '=', subject)
      .execute()
    return { audit: audit.length, open }
  }
  const before = await left()
  const busy = { status: 503, code: 'FACE_BUSY', retryAfter: 5 }
  t.match(await person.face('good'), busy, 'before a picture is taken')
  t.same(await left(), before, 'no challenge is open')
  room = 1
  t.match(await person.face('good'), busy, 'before a picture is read')
  t.same(asked, [subject, subject, subject])
  t.match(await left(), { audit: before.audit, open: [{ used_at: null }] })
  faces.hasRoom = hasRoom
  t.match(await person.face('good'), { status: 201 })
})

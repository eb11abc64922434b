/** Applying with a face check of the authority's behind the port: over HTTP, on a real server. */

import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { systemRandom, systemTimers } from '../clock.ts'
import { createRemoteFaces } from '../face/remote.ts'
import { APPLICATION_TRIES_MAX } from '../limits.ts'
import { makeApplicant, putOnFile, type Said } from '../testing/applicant.ts'
import { type Asked, answerJson, startFaceService } from '../testing/face-service.ts'
import { openWorld } from '../testing/world.ts'

const SECRET = 'only-for-these-tests'
const service = await startFaceService()
const faces = createRemoteFaces({
  url: service.url,
  secret: SECRET,
  deadlineMs: 5000,
  onFault: what => t.comment(what),
  timers: systemTimers,
  random: systemRandom,
  fetch,
})
const world = await openWorld(tempDir(), 2, undefined, faces)
t.teardown(async () => {
  await world.close()
  await service.close()
})
const pictured = (text: string | undefined) => Buffer.from(text ?? '', 'base64').toString()

/** Matches where the picture is the photo's own text. */
function honest(response: Parameters<typeof service.answer>[0], { body }: Asked): void {
  const { frames, onFile } = JSON.parse(body)
  const shown = (frame: { picture: string }) => pictured(frame.picture).replace(/#\d+$/, '')
  const matched = frames.every((frame: { picture: string }) => shown(frame) === pictured(onFile))
  const rest = matched ? { band: 'near' } : { reason: 'NO_MATCH', band: 'far' }
  answerJson({ challengePassed: true, matched, ...rest })(response)
}

t.test('the person on file gets a certificate, others do not', async t => {
  service.answer = honest
  await putOnFile(world, 'E40001')
  const lin = await makeApplicant(world, 'E40001')
  const application = (await lin.apply()).application?.id ?? ''
  t.match(await lin.face(application, 'other'), { status: 403, code: 'NOT_VERIFIED', triesLeft: 4 })
  const issued = await lin.face(application)
  t.equal(issued.status, 201)
  const sent = JSON.parse(service.asked.at(-1)?.body ?? '')
  t.equal(pictured(sent.onFile), 'E40001')
  t.equal((await lin.renew(issued.certificate?.id ?? '')).status, 201)
})

t.test('who is not on file is compared with nobody, and told what anybody is', async t => {
  await putOnFile(world, 'E40002')
  for (const answer of [
    { challengePassed: true, matched: true },
    { challengePassed: false, matched: true, reason: 'STILL' },
    { challengePassed: false, matched: false, reason: 'NO_FACE' },
  ]) {
    service.answer = answerJson(answer)
    const said: Said[] = []
    for (const number of ['E40002', 'E49999']) {
      const who = await makeApplicant(world, number)
      const application = (await who.apply()).application?.id ?? ''
      said.push(await who.face(application, 'x'))
    }
    const [known, stranger] = said
    const [decoy = ''] = service.asked.slice(-1).map(one => JSON.parse(one.body).onFile)
    t.match(Buffer.from(decoy, 'base64').toString('hex'), /^ffd8ff/, 'a photo, not what was shown')
    t.not(stranger?.status, 201)
    if (answer.matched && answer.challengePassed) t.equal(known?.status, 201)
    else t.same({ ...known, requestId: '' }, { ...stranger, requestId: '' })
  }
})

t.test('matched without the challenge is no match', async t => {
  service.answer = answerJson({ challengePassed: false, matched: true, reason: 'STILL' })
  await putOnFile(world, 'E40003')
  t.match(await (await makeApplicant(world, 'E40003')).certificate(), { code: 'FACE_STILL' })
})

t.test('an answer that is lost once costs one try; a service that is away, none', async t => {
  await putOnFile(world, 'E40004')
  const lin = await makeApplicant(world, 'E40004')
  const application = (await lin.apply()).application?.id ?? ''
  service.answer = response => {
    service.answer = honest
    response.destroy()
  }
  const before = service.asked.length
  t.match(await lin.face(application, 'x'), { triesLeft: APPLICATION_TRIES_MAX - 1 })
  t.equal(service.asked.length, before + 2)
  service.answer = answerJson('', 500)
  t.match(await lin.face(application), { status: 503, code: 'FACE_UNAVAILABLE' })
  service.answer = answerJson('', 503)
  t.match(await lin.face(application), { status: 503, code: 'FACE_BUSY' })
  service.answer = honest
  t.match(await lin.face(application, 'x'), { triesLeft: APPLICATION_TRIES_MAX - 2 })
  t.equal((await lin.face(application)).status, 201)
})

t.test('the log has neither secret nor picture', async t => {
  for (const secret of [SECRET, 'E4000', Buffer.from('E40001').toString('base64')]) {
    t.notOk(world.logged().includes(secret))
  }
})

import t from 'tap'
import { putOnFile, typedPerson } from '../../testing/applicant.ts'
import { issueAtWindow } from '../../testing/holder.ts'
import { makeOfflineGate } from '../../testing/offline-gate.ts'
import { type NodePhone, openNodeWorld, openPhone } from '../testing/page-in-node.ts'

const MINUTE_MS = 60_000
const nodeWorld = await openNodeWorld(t)
const { world, time } = nodeWorld
const gate = makeOfflineGate(world)
t.afterEach(nodeWorld.endPhones)

let people = 0
async function nextPerson(): Promise<string> {
  const documentNumber = `E${80_000 + people++}`
  await putOnFile(world, documentNumber)
  return documentNumber
}

/** A phone with a certificate, and the person on it. */
async function holder(options?: Parameters<typeof openPhone>[1]) {
  const phone = await openPhone(nodeWorld, options)
  const person = await nextPerson()
  await phone.toCertificate(person)
  return { phone, person }
}

const stateOf = ({ passenger }: NodePhone) => passenger.life.value?.state.value
const codeOf = ({ passenger }: NodePhone) => passenger.life.value?.code.value?.text
/** The code of a claim's refusal; undefined where none comes. */
async function refusalOf({ passenger, advance }: NodePhone): Promise<string | undefined> {
  for (let steps = 0; steps < 100; steps++) {
    const screen = passenger.screen.value
    if (screen.at === 'claim' && screen.refusal !== undefined) return screen.refusal.code
    await advance(100)
  }
  return undefined
}
function said(code: string | undefined): string {
  const result = gate.verify(code ?? '')
  return result.ok ? 'ADMIT' : result.code
}

t.test(
  'an empty phone: welcome, form, consent, face check, and a code that a gate admits',
  async t => {
    const phone = await openPhone(nodeWorld)
    t.equal(phone.passenger.screen.value.at, 'welcome')
    await phone.toCertificate(await nextPerson())
    await gate.poll()
    t.equal(said(codeOf(phone)), 'ADMIT')
    const screen = phone.passenger.screen.value
    t.match(screen, { certificate: { monthLeft: 2, who: { name: /^\p{L}\*/u } } })
  },
)

t.test('the code is another after 15 s, and a picture of it is too old after 31 s', async t => {
  const { phone } = await holder()
  await gate.poll()
  const first = codeOf(phone)
  await phone.advance(15_000)
  const second = codeOf(phone)
  t.not(second, first)
  t.equal(said(second), 'ADMIT')
  t.equal(said(first), 'ADMIT', 'for its half minute')
  await phone.advance(16_000)
  t.equal(said(first), 'STALE_CODE')
  t.equal(said(codeOf(phone)), 'ADMIT')
})

t.test('refreshed when asked to, and the next one comes 15 s later', async t => {
  const { phone } = await holder()
  await phone.advance(10_000)
  const before = codeOf(phone)
  phone.passenger.life.value?.refresh()
  await phone.advance(500)
  const refreshed = codeOf(phone)
  t.not(refreshed, before)
  await phone.advance(14_000)
  t.equal(codeOf(phone), refreshed)
  await phone.advance(1_000)
  t.not(codeOf(phone), refreshed)
})

t.test('without a network codes go on; at the end of the pass the way out is offered', async t => {
  const { phone } = await holder()
  await gate.poll()
  phone.network = 'none'
  phone.passenger.offline()
  await phone.advance(2 * MINUTE_MS)
  t.equal(said(codeOf(phone)), 'ADMIT')
  t.equal(phone.passenger.isReachable.value, false)
  await phone.advance(29 * MINUTE_MS)
  t.equal(stateOf(phone), 'exit-offered')
  t.equal(codeOf(phone), undefined)
  phone.passenger.life.value?.show()
  await phone.advance(500)
  t.equal(stateOf(phone), 'exit-only')
  t.equal(said(codeOf(phone)), 'EXPIRED', 'an entry refuses it')
  phone.network = 'well'
  phone.passenger.online()
  await phone.advance(1_000)
  t.equal(stateOf(phone), 'face-due', 'with a network the face comes first')
  t.equal(codeOf(phone), undefined)
})

t.test('after 30 minutes the code hides, and the face makes the next pass', async t => {
  const { phone } = await holder()
  await phone.advance(30 * MINUTE_MS - 2_000)
  t.equal(stateOf(phone), 'live')
  await phone.advance(3_000)
  t.equal(stateOf(phone), 'face-due')
  t.equal(codeOf(phone), undefined)
  const screen = phone.passenger.screen.value
  if (screen.at !== 'certificate') throw new Error(screen.at)
  void phone.passenger.checkFace({ kind: 'certificate', certificate: screen.certificate })
  await phone.reach('face', 100)
  await phone.reach('certificate', 100)
  await phone.advance(500)
  t.equal(stateOf(phone), 'live')
  await gate.poll()
  t.equal(said(codeOf(phone)), 'ADMIT')
})

t.test(
  'in the background nothing is signed; after a minute away the code comes when asked for',
  async t => {
    const { phone } = await holder()
    const { passenger } = phone
    passenger.hide()
    t.equal(codeOf(phone), undefined)
    await phone.advance(40_000)
    t.equal(codeOf(phone), undefined)
    passenger.unhide()
    await phone.advance(500)
    t.equal(stateOf(phone), 'live')
    passenger.hide()
    await phone.advance(61_000)
    passenger.unhide()
    await phone.advance(500)
    t.equal(stateOf(phone), 'covered')
    t.equal(codeOf(phone), undefined)
    passenger.life.value?.show()
    await phone.advance(500)
    t.equal(stateOf(phone), 'live')
    t.type(codeOf(phone), 'string')
  },
)

t.test(
  'a phone whose clock is wrong shows codes of the service’s time, also when opened offline',
  async t => {
    for (const clockOffMs of [4 * MINUTE_MS, -26 * 60 * MINUTE_MS]) {
      const { phone } = await holder({ clockOffMs })
      await gate.poll()
      t.equal(said(codeOf(phone)), 'ADMIT', `${clockOffMs}`)
      t.ok(Math.abs(phone.passenger.clockOffset.value + clockOffMs) < 1_000)
      const again = await phone.reopen()
      again.network = 'none'
      await again.advance(500)
      t.equal(said(codeOf(again)), 'ADMIT', 'the difference was kept')
      nodeWorld.endPhones()
    }
  },
)

t.test('an answer that was lost is asked for again, and nothing is done twice', async t => {
  const phone = await openPhone(nodeWorld)
  const person = await nextPerson()
  phone.network = 'answers are lost'
  phone.seen = person
  const { steps } = phone.passenger
  await phone.reach('welcome')
  const ready = phone.toReady(person)
  while (phone.lost === 0) await phone.advance(500)
  await phone.advance(1_000)
  await ready
  const screen = phone.passenger.screen.value
  if (screen.at !== 'ready') throw new Error(screen.at)
  void phone.passenger.checkFace(screen.of)
  while (phone.passenger.screen.value.at !== 'face') await phone.advance(100)
  const isSending = () => {
    const now = phone.passenger.screen.value
    return now.at === 'face' && now.step.kind === 'sending'
  }
  // The challenge went by: what is lost now is the certificate.
  while (!isSending()) {
    const now = phone.passenger.screen.value
    if (now.at === 'face' && now.step.kind === 'prompt') phone.network = 'answers are lost'
    await phone.advance(100)
  }
  await phone.reach('certificate', 100)
  t.equal(phone.lost, 2)
  t.match(phone.passenger.screen.value, { certificate: { monthLeft: 2 } })
  t.ok(steps)
})

t.test('opened again: certificate, open application, or the beginning', async t => {
  const { phone } = await holder()
  t.equal((await phone.reopen()).passenger.screen.value.at, 'certificate')
  const applying = await openPhone(nodeWorld)
  await applying.toReady(await nextPerson())
  t.equal((await applying.reopen()).passenger.screen.value.at, 'ready')
  nodeWorld.endPhones()
  await applying.advance(31 * MINUTE_MS)
  t.equal((await applying.reopen()).passenger.screen.value.at, 'welcome')
})

t.test(
  'another phone takes the certificate over, and the first one shows nothing of it',
  async t => {
    const { phone, person } = await holder()
    const other = await openPhone(nodeWorld)
    await other.toCertificate(person)
    await phone.advance(61_000)
    t.match(phone.passenger.screen.value, { at: 'ended', why: 'replaced' })
    t.equal(phone.passenger.life.value, undefined)
    t.notOk(phone.vault.kept.has('certificate'), 'the key goes with it')
    await gate.poll()
    t.equal(said(codeOf(other)), 'ADMIT')
  },
)

t.test('a code from the window: the certificate is on this phone, once', async t => {
  const documentNumber = await nextPerson()
  const agent = await world.signIn('agent')
  const { claim } = await issueAtWindow(world, agent, typedPerson(documentNumber))
  const phone = await openPhone(nodeWorld)
  const { passenger } = phone
  passenger.claim.begin()
  t.match(passenger.screen.value, { at: 'claim', refusal: undefined })
  void passenger.claim.claim('0000-0000-0000-0000')
  t.equal(await refusalOf(phone), 'CLAIM_INVALID')
  // The first answer is lost: asked for again, it is not taken for a second use.
  phone.network = 'answers are lost'
  void passenger.claim.claim(` ${claim.code.toLowerCase()} `)
  await phone.reach('certificate', 100)
  t.equal(phone.lost, 1)
  const screen = passenger.screen.value
  t.match(screen, { certificate: { who: undefined, monthLeft: Number } })
  await phone.advance(100)
  await gate.poll()
  t.equal(said(codeOf(phone)), 'ADMIT')
  t.equal((await phone.reopen()).passenger.screen.value.at, 'certificate')

  const other = await openPhone(nodeWorld)
  other.passenger.claim.begin()
  void other.passenger.claim.claim(claim.code)
  t.equal(await refusalOf(other), 'CLAIM_USED')
})

t.test('cancelled for good, and no earlier code is taken', async t => {
  const { phone } = await holder()
  const code = codeOf(phone)
  const screen = phone.passenger.screen.value
  if (screen.at !== 'certificate') throw new Error(screen.at)
  phone.passenger.askToCancel(screen.certificate)
  t.equal(phone.passenger.screen.value.at, 'cancel')
  void phone.passenger.cancel(screen.certificate)
  await phone.reach('ended')
  await gate.poll()
  t.equal(said(code), 'REVOKED')
})

t.test('a refused face: try again, appeal; after five tries the window', async t => {
  const phone = await openPhone(nodeWorld)
  await phone.toReady(await nextPerson())
  phone.seen = 'SOMEBODY ELSE'
  const screen = phone.passenger.screen.value
  if (screen.at !== 'ready') throw new Error(screen.at)
  const { of } = screen
  for (const left of [4, 3, 2, 1, 0]) {
    void phone.passenger.checkFace(of)
    await phone.reach('face')
    await phone.reach('refused', 100)
    t.match(phone.passenger.screen.value, { problem: { code: 'NOT_VERIFIED', triesLeft: left } })
  }
  void phone.passenger.checkFace(of)
  await phone.reach('face')
  await phone.reach('refused', 100)
  t.match(phone.passenger.screen.value, { problem: { code: 'TRIES_USED', next: { zh: /./ } } })
  if (of.kind !== 'application') throw new Error(of.kind)
  phone.passenger.steps.beginAppeal(of.application)
  void phone.passenger.steps.appeal(of.application, ' 照片是十年前的 ', '')
  await phone.reach('appealed')
})

t.test('the camera: what is wrong is told, and breaking off leads back', async t => {
  const phone = await openPhone(nodeWorld)
  await phone.toReady(await nextPerson())
  const screen = phone.passenger.screen.value
  if (screen.at !== 'ready') throw new Error(screen.at)
  for (const fault of ['DENIED', 'MISSING', 'IN_USE', 'INSECURE'] as const) {
    phone.cameraFault = fault
    void phone.passenger.checkFace(screen.of)
    await phone.reach('no-camera')
    t.match(phone.passenger.screen.value, { fault })
  }
  phone.cameraFault = undefined
  void phone.passenger.checkFace(screen.of)
  await phone.reach('face')
  await phone.advance(1_000)
  phone.passenger.breakOff()
  await phone.reach('ready')
})

t.test('no network while applying: told at once, and all is there for the next try', async t => {
  const phone = await openPhone(nodeWorld)
  const { passenger } = phone
  const documentNumber = await nextPerson()
  const draft = { name: 'AB CD', documentType: 'passport', documentNumber, city: '杭州' } as const
  passenger.steps.submit(draft)
  phone.network = 'none'
  void passenger.steps.consent(false)
  await phone.reach('unreachable')
  t.same(passenger.draft.value, draft)
  phone.network = 'well'
  const screen = passenger.screen.value
  if (screen.at === 'unreachable') screen.again()
  await phone.reach('ready')
})

t.test(
  'storage: blocked from the start, full at the first key, full at the certificate',
  async t => {
    const { vault } = await openPhone(nodeWorld)
    vault.fault = 'BLOCKED'
    const blocked = await openPhone(nodeWorld, { vault })
    t.match(blocked.passenger.screen.value, { at: 'trouble', trouble: 'STORAGE_BLOCKED' })
    const early = await openPhone(nodeWorld)
    early.vault.fault = 'FULL'
    early.passenger.steps.submit({ ...early.passenger.draft.value, documentNumber: 'E1234567' })
    void early.passenger.steps.consent(false)
    await early.reach('trouble')
    t.match(early.passenger.screen.value, { trouble: 'STORAGE_FULL' })
    const late = await openPhone(nodeWorld)
    const person = await nextPerson()
    await late.toReady(person)
    late.vault.fault = 'FULL'
    const screen = late.passenger.screen.value
    if (screen.at === 'ready') void late.passenger.checkFace(screen.of)
    await late.reach('certificate', 100)
    await late.advance(500)
    t.equal(late.passenger.isUnkept.value, true)
    t.equal(stateOf(late), 'live')
  },
)

t.test('what was typed is kept nowhere on the phone', async t => {
  const { phone, person } = await holder()
  const kept = [...phone.vault.kept.entries()]
  t.ok(kept.length > 1)
  t.notMatch(JSON.stringify(kept), new RegExp(person))
  for (const pair of kept.flatMap(([, value]) => Object.values(value as object))) {
    if (!(pair instanceof CryptoKey) || pair.type !== 'private') continue
    t.equal(pair.extractable, false)
  }
  t.equal(phone.passenger.draft.value.documentNumber, '')
})

t.test('the first language of the browser, until another is chosen', async t => {
  const { language } = await import('../shared/language.ts')
  await openPhone(nodeWorld, { wanted: ['fr', 'zh'] })
  t.equal(language.value, 'en')
  const phone = await openPhone(nodeWorld, { wanted: ['zh-Hant-HK'] })
  t.equal(language.value, 'zh')
  phone.passenger.speak('en')
  await phone.advance(1)
  await phone.reopen()
  t.equal(language.value, 'en')
})

t.test('a day later it is over', async t => {
  const { phone } = await holder()
  phone.passenger.hide()
  time.advance(24 * 60 * MINUTE_MS)
  phone.passenger.unhide()
  await phone.reach('ended')
  t.match(phone.passenger.screen.value, { why: 'expired' })
})

/** Each refusal that a passenger can meet says the next step: by the table, and as it is answered. */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { QUOTA_PER_MONTH } from '../domain/certificate.ts'
import { PROBLEMS } from '../errors.ts'
import { makeApplicant, putOnFile } from '../testing/applicant.ts'
import { makeClient, openWorld } from '../testing/world.ts'
import { EVERY_ROUTE, NEXT_STEPS, nextStep, refusalOf } from './next-steps.ts'
import { declaredRoutes } from './routes/route.ts'

const world = await openWorld(tempDir(), 40)
t.teardown(() => world.close())
const ofPhones = declaredRoutes.filter(one => one.access.by === 'phone')

interface Document {
  readonly paths: Record<
    string,
    Record<string, { readonly responses: Record<string, { readonly description: string }> }>
  >
}

/** Codes that a route of phones declares, as its description lists them. */
async function declaredCodes(): Promise<Set<string>> {
  const document = (await (await world.call('/openapi.json')).json()) as Document
  const texts = ofPhones.flatMap(({ path, method }) =>
    Object.values(document.paths[path]?.[method]?.responses ?? {}).map(one => one.description),
  )
  const named = texts.flatMap(text => [...text.matchAll(/(?:^|; )([A-Z][A-Z0-9_]+): /g)])
  return new Set(named.map(([, code]) => code as string))
}

t.test('every code that a route of phones can answer has a row, and no other has', async t => {
  const codes = new Set([...(await declaredCodes()), ...EVERY_ROUTE])
  t.ok(ofPhones.length >= 9)
  t.ok(codes.size > 40, String(codes.size))
  t.same([...codes].filter(code => !Object.hasOwn(NEXT_STEPS, code)).sort(), [], 'without a row')
  t.same(
    Object.keys(NEXT_STEPS)
      .filter(code => !codes.has(code))
      .sort(),
    [],
    'met by nobody',
  )
  for (const code of codes) t.ok(Object.hasOwn(PROBLEMS, code), code)
})

t.test(
  'a refusal that no route makes says the next step to phones, and to who may be one',
  async t => {
    const { service } = world
    for (const path of ['/v1/applications/a1/face', undefined]) {
      const asked = refusalOf(service, 'BODY_SLOW', path)
      t.match(asked, { status: 408, code: 'BODY_SLOW', next: nextStep(service, 'BODY_SLOW') })
    }
    t.notMatch(refusalOf(service, 'BODY_SLOW', '/v1/gates/g1/events'), { next: {} })
  },
)

t.test('each row is in both languages, with place and time filled in', async t => {
  const { desk } = world.service.config
  const before = desk.window
  desk.window = { zh: '北站二号窗口', en: 'window 2 at Northgate' }
  t.teardown(() => {
    desk.window = before
  })
  for (const [code, row] of Object.entries(NEXT_STEPS)) {
    const step = nextStep(world.service, code)
    t.match(step?.zh, /^\p{Script=Han}[^{}]+。$/u, code)
    t.match(step?.en, /^[A-Z][^{}]+\.$/, code)
    t.equal(step?.zh.includes('北站二号窗口'), row.zh.includes('{window}'), code)
    t.equal(step?.en.includes('window 2 at Northgate'), row.zh.includes('{window}'), code)
    for (const mark of ['{day}', '{month}']) t.equal(row.zh.includes(mark), row.en.includes(mark))
  }
  t.equal(nextStep(world.service, 'FORBIDDEN'), undefined, 'not for staff')
  t.equal(nextStep(world.service, 'toString'), undefined)
})

t.test('QUOTA_USED says when the next month begins, and where the window is', async t => {
  await putOnFile(world, 'E55001')
  const lin = await makeApplicant(world, 'E55001')
  for (let i = 0; i < QUOTA_PER_MONTH; i++) {
    const { certificate } = await lin.certificate()
    await lin.phone.ask('DELETE', `/v1/certificates/${certificate?.id}`)
  }
  t.match(await lin.certificate(), {
    code: 'QUOTA_USED',
    nextMonthAt: '2026-05-31T16:00:00.000Z',
    window: { zh: '车站人工窗口', en: 'the staffed window at the station' },
    next: {
      zh: '本月的电子凭证已用完。6月1日零时（北京时间）起可再申请；急用请带证件到车站人工窗口。',
      en: /again from 1 June, 00:00 \(Beijing time\); in a hurry, .* the staffed window at/,
    },
  })
})

t.test('wherever a refusal comes from, and for phones alone', async t => {
  const id = 'a'.repeat(32)
  const told = async (answer: Response) => {
    const { code, next } = (await answer.json()) as { code: string; next?: object }
    return { code, told: next !== undefined }
  }
  const json = { 'content-type': 'application/json' }
  for (const { method, path } of ofPhones) {
    const at = path.replace('{id}', id)
    const body = method === 'post' ? { body: '{}', headers: json } : {}
    const answer = await world.call(at, { method: method.toUpperCase(), ...body })
    t.same(await told(answer), { code: 'PROOF_MISSING', told: true }, path)
  }
  const face = `/v1/applications/${id}/face`
  const text = { method: 'POST', body: 'x', headers: { 'content-type': 'text/plain' } }
  t.same(await told(await world.call(face, text)), { code: 'CONTENT_TYPE', told: true })
  const large = { ...json, 'content-length': '70000' }
  const declared = { method: 'POST', body: '{}', headers: large }
  const refused = await world.call('/v1/applications', declared)
  t.same(await told(refused), { code: 'TOO_LARGE', told: true })
  const phone = makeClient(world, 'ES256')
  t.same(await told(await phone.send('/v1/applications', {})), { code: 'INVALID', told: true })
  t.same(await told(await world.call('/v1/audit')), { code: 'SIGN_IN', told: false })
})

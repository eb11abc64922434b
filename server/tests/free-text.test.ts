/**
 * What people write and others see later: no control character and no turned direction comes in, and
 * who wrote it is told where. A walk over every body shows that no text was forgotten.
 */
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { NOT_PLAIN } from '../../gate/contract/plain-line.ts'
import { makeApplicant } from '../testing/applicant.ts'
import { openWorld } from '../testing/world.ts'
import { readTimetable } from '../tickets/timetable-file.ts'

const world = await openWorld(tempDir())
t.teardown(() => world.close())

/** Each stands for its kind: C0, DEL, C1, marks, embeddings and overrides, isolates, separators. */
const BAD = [
  ...[0x01, 0x07, 0x08, 0x0b, 0x1b, 0x1f, 0x7f, 0x80, 0x85, 0x9f],
  ...[0x061c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e],
  ...[0x2066, 0x2067, 0x2068, 0x2069, 0x2028, 0x2029, 0xfeff],
].map(code => String.fromCodePoint(code))
const LINE_ENDS = ['\n', '\r', '\t']
const GOOD = ['lost phone', '手机丢了·𠮷', 'naïve – “quoted” 😀 👩‍👧', 'ญี่ปุ่น', 'عربي עברית']

const staff = {
  operator: await world.signIn('operator'),
  supervisor: await world.signIn('supervisor'),
}
const person = { name: 'AB CD', documentType: 'passport', documentNumber: 'E12345678' }
const phone = await makeApplicant(world, 'E2')
const id = 'a'.repeat(32)
const timeId = 'a'.repeat(28)

interface Field {
  readonly path: string
  readonly field: string
  /** May have line feeds and tabs. */
  readonly lines?: true
  send(text: string): Promise<Response>
}
const by =
  (who: keyof typeof staff, path: string, body: (text: string) => object, method = 'POST') =>
  (text: string) =>
    world.call(path, {
      method,
      headers: { 'content-type': 'application/json', ...staff[who] },
      body: JSON.stringify(body(text)),
    })
const field = (path: string, name: string, send: Field['send'], lines?: true): Field => ({
  ...{ path, field: name, send },
  ...(lines && { lines }),
})
const reasonAt = (who: keyof typeof staff, path: string, more: object = {}, method = 'POST') =>
  field(
    path,
    'reason',
    by(who, path, reason => ({ ...more, reason }), method),
  )

const order = { train: 'G1', from: 'north', to: 'south', day: '2026-05-20' }
const FIELDS: readonly Field[] = [
  reasonAt('supervisor', '/v1/desk/certificates', { person }),
  reasonAt('supervisor', `/v1/desk/certificates/${id}/revoke`),
  reasonAt('supervisor', `/v1/desk/approvals/${timeId}/approve`),
  reasonAt('operator', '/v1/trust/denied-kids', { kid: 'a'.repeat(8) }),
  reasonAt('operator', '/v1/fleet/gates/g1/config', { base: 0, config: {} }, 'PUT'),
  field(
    '/v1/appeals/:id/resolve',
    'note',
    by('supervisor', `/v1/appeals/${timeId}/resolve`, note => ({ outcome: 'upheld', note })),
    true,
  ),
  field(
    '/v1/tickets',
    'seatClass',
    by('supervisor', '/v1/tickets', seatClass => ({ code: 'x', ...order, seatClass })),
  ),
  field(
    '/v1/appeals',
    'text',
    text => phone.phone.send('/v1/appeals', { application: id, text }),
    true,
  ),
  field('/v1/appeals', 'contact', contact =>
    phone.phone.send('/v1/appeals', { application: id, text: 'x', contact }),
  ),
  field('/v1/applications', 'city', city =>
    phone.phone.send('/v1/applications', { ...person, city, consent: true }),
  ),
]

async function fieldsIn(answer: Response): Promise<{ path: string; message: string }[]> {
  const said = (await answer.json()) as { fields?: { path: string; message: string }[] }
  return said.fields ?? []
}

t.test('what is forbidden is told with its path, what is written is not', async t => {
  for (const { path, field: name, lines, send } of FIELDS) {
    const isTold = async (text: string) =>
      (await fieldsIn(await send(text))).some(
        one => one.path === name && one.message.startsWith(NOT_PLAIN),
      )
    await phone.phone.send('/v1/applications', {})
    for (const bad of [...BAD, ...(lines ? [] : LINE_ENDS)]) {
      const code = (bad.codePointAt(0) ?? 0).toString(16)
      t.ok(await isTold(`a${bad}b`), `${path} ${name} U+${code}`)
    }
    for (const good of [...GOOD, ...(lines ? ['one\r\n\ttwo'] : [])]) {
      t.notOk(await isTold(good), `${path} ${name} ${JSON.stringify(good)}`)
    }
  }
})

t.test('a name on a certificate is letters, and one of those is none', async t => {
  for (const bad of BAD) {
    const sent = { ...person, name: `A${bad}B` }
    const answer = await world.post(
      '/v1/desk/certificates',
      { person: sent, reason: 'x' },
      staff.supervisor,
    )
    const { code } = (await answer.json()) as { code: string }
    // What counts as a blank is made one.
    const isBlank = /\s/u.test(bad)
    if (!isBlank) t.equal(code, 'NAME_INVALID', `U+${(bad.codePointAt(0) ?? 0).toString(16)}`)
  }
})

t.test('titles of stations', async t => {
  const line = JSON.stringify({ station: 'north', title: 'North\u202egate' })
  t.match(readTimetable(line), { ok: false, faults: [/title.*direction character/] })
  t.end()
})

t.test('anywhere in a config', async t => {
  const ports = { board: { port: '/dev/ttyACM0' }, scanner: { port: '/dev/tty\u202eBSU' } }
  const config = { lanes: [{ name: 'A', direction: 'entry', ...ports }] }
  const send = by(
    'operator',
    '/v1/fleet/gates/g1/config',
    () => ({ base: 0, config, reason: 'x' }),
    'PUT',
  )
  t.same(await fieldsIn(await send('')), [
    { path: 'config.lanes.0.scanner.port', found: 'a text', message: NOT_PLAIN },
  ])
})

type Schema = {
  readonly type?: string
  readonly pattern?: string
  readonly format?: string
  readonly enum?: unknown
  readonly const?: unknown
  readonly $ref?: string
  readonly items?: Schema
  readonly properties?: Record<string, Schema>
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/**
 * Texts whose form the code judges. A gate's own rows are kept as they were chained; a config is looked
 * through as a whole; an account's address is looked up, its passwords are hashed.
 */
const JUDGED =
  / (code|purpose|name|documentNumber|day|train|picture)$|^POST \/v1\/auth\/|^POST .*events rows lane$| config lanes \w+ port$/

t.test('no text in a body is without a form', async t => {
  const document = (await (await world.call('/openapi.json')).json()) as {
    paths: Record<
      string,
      Record<string, { requestBody?: { content: Record<string, { schema: Schema }> } }>
    >
    components: { schemas: Record<string, Schema> }
  }
  const loose: string[] = []
  const walk = (schema: Schema, at: string): void => {
    const named = schema.$ref?.split('/').at(-1)
    if (named !== undefined) walk(document.components.schemas[named] as Schema, at)
    const isFormed = schema.pattern ?? schema.format ?? schema.enum ?? schema.const
    if (schema.type === 'string' && isFormed === undefined) loose.push(at)
    if (schema.items) walk(schema.items, at)
    for (const [name, inner] of Object.entries(schema.properties ?? {}))
      walk(inner, `${at} ${name}`)
    for (const one of [schema.anyOf, schema.oneOf, schema.allOf].flatMap(some => some ?? [])) {
      walk(one, at)
    }
  }
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, { requestBody }] of Object.entries(methods)) {
      const schema = requestBody?.content['application/json']?.schema
      if (schema !== undefined) walk(schema, `${method.toUpperCase()} ${path}`)
    }
  }
  t.same(
    loose.filter(one => !JUDGED.test(one)),
    [],
  )
})

/** Finding rows of the audit, and taking them away as a file; on each engine. */
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { PAGE_ROWS_MAX } from '../../limits.ts'
import { auditRow, writeAudit } from '../../store/audit/audit.ts'
import { handleOf } from '../../store/engine/handle.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { openWorld } from '../../testing/world.ts'
import { auditFile, FORMATS } from './audit-file.ts'

interface Row {
  readonly actor: string
  readonly name: string | null
  readonly action: string
  readonly subject: string
  readonly at: number
}

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 2, await newPlace())
  t.teardown(() => world.close())
  const { db } = world.service
  const auditor = await world.signIn('auditor')
  const start = world.clock.time
  const write = (
    actor: `gate:${string}` | `staff:${string}`,
    action: string,
    subject: string,
    at: number,
  ) => writeAudit(db, { actor, action, subject }, at)
  await write('gate:n-1', 'gate.enrol', 'n-1', start + 1000)
  await write('gate:n-2', 'gate.enrol', 'n-2', start + 2000)
  await write('gate:n-1', 'gate.other', 'n-1', start + 3000)
  world.clock.time = start + 10_000

  const found = async (query: string) => {
    const answer = await world.call(`/v1/audit?${query}`, { headers: auditor })
    return ((await answer.json()) as { rows: Row[] }).rows
  }
  const subjects = async (query: string) =>
    (await found(query)).filter(({ actor }) => actor.startsWith('gate:')).map(row => row.at - start)
  const file = async (query: string) => {
    const answer = await world.call(`/v1/audit/export?${query}`, { headers: auditor })
    return { answer, text: await answer.text() }
  }

  await t.test('by who, what, to what, and when; all that is asked must hold', async t => {
    t.same(await subjects(''), [3000, 2000, 1000])
    t.same(await subjects('actor=gate:n-1'), [3000, 1000])
    t.same(await subjects('action=gate.enrol'), [2000, 1000])
    t.same(await subjects('subject=n-2'), [2000])
    t.same(await subjects('actor=gate:n-1&action=gate.enrol&subject=n-1'), [1000])
    t.same(await subjects('actor=gate:n-1&subject=n-2'), [])
    t.same(
      await subjects(`from=${start + 1000}&to=${start + 3000}`),
      [2000, 1000],
      'the end is out',
    )
    t.same(await subjects('action=gate.'), [], 'whole words alone')
    t.same(await subjects('limit=1&subject=n-1'), [3000])
    for (const bad of ['from=x', 'actor=', `subject=${'x'.repeat(129)}`, 'action=a%0Ab']) {
      const answer = await world.call(`/v1/audit?${bad}`, { headers: auditor })
      t.equal(answer.status, 422, bad)
    }
  })

  await t.test(
    'a member of staff by the address they sign in with, and with their name',
    async t => {
      const email = (await db.selectFrom('staff').select('email').executeTakeFirstOrThrow()).email
      const rows = await found(`actor=${encodeURIComponent(email.toUpperCase())}`)
      t.ok(rows.length > 0)
      t.ok(
        rows.every(({ actor, name }) => actor.startsWith('staff:') && name?.startsWith('auditor')),
      )
      t.same(await found('actor=nobody@desk.test'), [])
      t.equal((await found('actor=gate:n-1'))[0]?.name, null)
    },
  )

  await t.test('as CSV: quoted, and no formula for a spreadsheet', async t => {
    await write('gate:n-1', '=1+1', 'a "b", c', start + 4000)
    const { answer, text } = await file('subject=a%20%22b%22%2C%20c')
    t.match(answer.headers.get('content-type'), /^text\/csv/)
    t.match(answer.headers.get('content-disposition'), /^attachment; filename="audit-[\d-]+\.csv"$/)
    t.equal(answer.headers.get('cache-control'), 'no-store')
    const [head, row, ...rest] = text.split('\r\n')
    t.equal(head, 'time,id,actor,name,action,subject,detail')
    t.match(row, /^"2026-[^"]+Z","[0-9a-f]{28}","gate:n-1","","'=1\+1","a ""b"", c","\{\}"$/)
    t.same(rest, [''])
  })

  await t.test('over many pages, and it is a row itself, with what was asked', async t => {
    const rows = Array.from({ length: 2 * PAGE_ROWS_MAX }, (_, n) =>
      auditRow(
        handleOf(db).random,
        { actor: 'system', action: 'many', subject: `${n}` },
        start + 5000,
      ),
    )
    for (let n = 0; n < rows.length; n += 100) {
      await db
        .insertInto('audit')
        .values(rows.slice(n, n + 100))
        .execute()
    }
    world.clock.time += 1
    const { text } = await file('format=ndjson&action=many')
    const lines = text.trimEnd().split('\n')
    t.equal(new Set(lines.map(line => (JSON.parse(line) as Row).subject)).size, rows.length)
    t.equal(lines.length, rows.length)
    t.match(await found('action=audit.export&limit=1'), [
      { subject: 'audit', detail: { format: 'ndjson', action: 'many' } },
    ])
    const linesOf = async (rowsMax: number) => {
      const made = auditFile(db, { action: 'many' }, FORMATS.ndjson, rowsMax)
      return (await new Response(made).text()).trimEnd().split('\n')
    }
    const whole = await linesOf(rows.length)
    t.same([whole.length, whole.includes('{"cut":true}')], [rows.length, false], 'at the limit')
    for (const rowsMax of [rows.length - 1, PAGE_ROWS_MAX, 1]) {
      const cut = await linesOf(rowsMax)
      t.same([cut.length, cut.at(-1)], [rowsMax + 1, '{"cut":true}'], 'one over')
    }
  })
})

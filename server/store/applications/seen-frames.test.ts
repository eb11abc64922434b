/** What is kept of pictures that were seen: a row each, their sketches together, on each engine. */
import { sql } from 'kysely'
import { PRINT_BYTES } from '../../face/limits.ts'
import { FRAMES_COMPARED_MAX, FRAMES_KEPT_MS } from '../../limits.ts'
import { createSecrets } from '../../secrets.ts'
import { onEachEngine } from '../../testing/engines.ts'
import { openDatabase } from '../engine/engines.ts'
import { framesKept, keepSeen, otherPrints, type SeenFrame, wereSeen } from './seen-frames.ts'

const NOON = Date.UTC(2026, 4, 20, 4)
const secrets = createSecrets(new Uint8Array(32).fill(7))
const printOf = (n: number): Uint8Array => new Uint8Array(PRINT_BYTES).fill(n)
const frameOf = (name: string, print?: Uint8Array): SeenFrame => ({
  picture: Buffer.from(name),
  print,
})

await onEachEngine(async (t, newPlace, postgres) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  const keep = (of: { subject: string; capture: string }, frames: SeenFrame[], now = NOON) =>
    keepSeen(db, secrets, of, frames, now)
  const printsOf = async (subject: string, capture = 'another', now = NOON) =>
    (await otherPrints(db, secrets, { subject, capture }, now)).map(one => [...one])
  const rowsOf = (subject: string) =>
    db.selectFrom('seen_frames').selectAll().where('subject', '=', subject).execute()

  await t.test('the sketches of a capture are sealed as one, the pictures each known', async t => {
    const frames = [1, 2, 3].map(n => frameOf(`lin ${n}`, printOf(n)))
    t.ok(await keep({ subject: 'lin', capture: 'one' }, frames))
    t.same(
      await printsOf('lin'),
      [1, 2, 3].map(n => [...printOf(n)]),
    )
    t.same(await printsOf('lin', 'one'), [], 'a capture is not compared with itself')
    t.same(await printsOf('lin', 'another', NOON + FRAMES_KEPT_MS), [], 'nor with what is over')
    const sealed = (await rowsOf('lin')).flatMap(({ print }) => print ?? [])
    t.equal(sealed.length, 1, 'a face check opens one for each capture of the person')
    t.notOk(Buffer.from(sealed[0] ?? []).includes(Buffer.from(printOf(2))), 'under encryption')
    t.equal(await db.transaction().execute(tx => framesKept(tx, 'lin')), 3)
    for (const { picture } of frames) {
      t.ok(await wereSeen(db, secrets, 'lin', [picture], NOON))
      t.notOk(await wereSeen(db, secrets, 'wu', [picture], NOON), 'of this person')
    }
  })

  await t.test('pictures that were not decoded here have no sketch', async t => {
    t.ok(await keep({ subject: 'wu', capture: 'one' }, [frameOf('wu 1'), frameOf('wu 2')]))
    t.same(await printsOf('wu'), [])
    await keep({ subject: 'wu', capture: 'two' }, [frameOf('wu 3'), frameOf('wu 4', printOf(4))])
    t.same(await printsOf('wu'), [[...printOf(4)]])
    t.notOk(await keep({ subject: 'wu', capture: 'three' }, [frameOf('wu 3')]), 'kept before')
  })

  await t.test('rows of earlier versions, with a sketch each, are compared too', async t => {
    for (const n of [5, 6]) {
      const mac = `of before ${n}`
      const print = secrets.sealBytes(printOf(n), `print ${mac}`)
      const row = { mac, subject: 'zhu', capture: 'one', drop_at: NOON + n, print }
      await db.insertInto('seen_frames').values(row).execute()
    }
    t.same(
      await printsOf('zhu'),
      [6, 5].map(n => [...printOf(n)]),
      'the newest first',
    )
  })

  await t.test('so many are compared and no more, the oldest are left out', async t => {
    const each = 7
    const captures = Math.ceil(FRAMES_COMPARED_MAX / each) + 1
    const rows = Array.from({ length: captures }, (_, n) => {
      const mac = `qi ${n}`
      const print = secrets.sealBytes(
        Buffer.concat(Array(each).fill(printOf(n % 250))),
        `print ${mac}`,
      )
      return { mac, subject: 'qi', capture: String(n), drop_at: NOON + 1 + n, print }
    })
    await db.insertInto('seen_frames').values(rows).execute()
    const prints = await printsOf('qi')
    t.equal(prints.length, FRAMES_COMPARED_MAX)
    t.same(prints[0], [...printOf((captures - 1) % 250)])
    t.same(prints.at(-1), [...printOf(1)])
  })

  const skip = postgres !== undefined && 'its plans depend on what it has'
  await t.test('a person’s sketches are found without their other pictures', { skip }, async t => {
    const { rows } = await sql<{ detail: string }>`explain query plan select mac, print
      from seen_frames where subject = 'lin' and drop_at > 1 and print is not null
      order by drop_at desc limit 9`.execute(db)
    t.match(
      rows,
      [/SEARCH seen_frames USING INDEX seen_frames_sketches/].map(detail => ({ detail })),
    )
    t.equal(rows.length, 1, 'nor sorted')
  })
})

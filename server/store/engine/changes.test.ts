/** What a process hears of its own commits and, over SQLite, of those of others. */
import { sql } from 'kysely'
import { onEachEngine } from '../../testing/engines.ts'
import { createServiceTime } from '../../testing/virtual-time.ts'
import { writeAudit } from '../audit/audit.ts'
import { createChangeLook } from './changes.ts'
import { openDatabase } from './engines.ts'
import { handleOf } from './handle.ts'
import { holdLease } from './leases.ts'
import { transact } from './transact.ts'

const ENTRY = { actor: 'system', action: 'x', subject: 'y' } as const

await onEachEngine(async (t, newPlace, postgres) => {
  const place = await newPlace()
  const statements: string[] = []
  const { timers } = createServiceTime(0)
  const db = await openDatabase(place, { timers, onStatement: name => void statements.push(name) })
  const other = await openDatabase(place)
  t.teardown(() => Promise.all([db.destroy(), other.destroy()]))
  const { changes } = handleOf(db)

  await t.test('a commit is heard of, once, and by whoever listens to the table', async t => {
    let heard = 0
    const end = changes.listen(['audit', 'proofs'], () => {
      heard += 1
    })
    const before = changes.count(['audit'])
    await transact(db, async tx => {
      await writeAudit(tx, ENTRY, 1)
      await writeAudit(tx, ENTRY, 2)
      t.equal(heard, 0, 'not before it is committed')
    })
    t.equal(heard, 1)
    await writeAudit(db, ENTRY, 3)
    t.equal(heard, 2, 'outside of a transaction')
    await holdLease(db, 'a lease', 'me', 1)
    t.equal(heard, 2, 'another table')
    const failed = transact(db, async tx => {
      await writeAudit(tx, ENTRY, 4)
      throw new Error('never mind')
    })
    await t.rejects(failed)
    t.equal(heard, 2, 'what was rolled back')
    end()
    await writeAudit(db, ENTRY, 5)
    t.equal(heard, 2)
    t.equal(changes.count(['audit']), before + 3)
  })

  await t.test(
    'what others commit is seen over SQLite, and has to be asked for elsewhere',
    async t => {
      const look = createChangeLook(changes, ['audit'])
      const seen = look.look()
      look.settle(seen)
      t.equal(look.isSettled(look.look()), postgres === undefined)
      await writeAudit(other, ENTRY, 6)
      let heard = 0
      const end = changes.listen(['proofs'], () => {
        heard += 1
      })
      t.notOk(look.isSettled(look.look()))
      t.equal(heard, Number(postgres === undefined), 'any table may have been written to')
      look.settle(look.look())
      t.equal(heard, Number(postgres === undefined), 'told once')
      end()
      await writeAudit(db, ENTRY, 7)
      t.notOk(look.isSettled(look.look()), 'our own')
    },
  )

  await t.test('each statement is told by its mark', async t => {
    statements.length = 0
    await transact(db, tx => writeAudit(tx, ENTRY, 8))
    t.same(statements, ['begin', 'insert audit', 'commit'])
    await t.rejects(sql`select 1 from nowhere`.execute(db))
    t.equal(statements.at(-1), 'select nowhere', 'also one that fails')
  })
})

/** The board on each engine: what it takes from the database, and what from the reports that come. */
import { createHash } from 'node:crypto'
import { openDatabase } from '../store/engine/engines.ts'
import { transact } from '../store/engine/transact.ts'
import { addConfig } from '../store/gates/configs.ts'
import { keepHealth } from '../store/gates/gate-health.ts'
import { onEachEngine } from '../testing/engines.ts'
import { WELL } from '../testing/health.ts'
import { createFleetBoard } from './board.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')

await onEachEngine(async (t, newPlace) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  const addGate = (id: string) =>
    db
      .insertInto('gates')
      .values({
        ...{ id, station: 'north', key_thumbprint: id, public_key: '', enrolled_at: 1 },
        ...{ seen_at: null, retired_at: null },
      })
      .execute()
  const keep = (gate: string, software: string, at: number) =>
    transact(db, tx => keepHealth(tx, gate, { ...WELL, software }, at))
  await addGate('n-1')
  await addGate('n-2')
  await keep('n-1', '1', 10)

  await t.test('rows are those of the database, in the order of their names', async t => {
    const board = createFleetBoard(db)
    t.equal(board.rows(), '[]')
    await board.look()
    t.equal(board.rows(), '[]', 'before the first settling')
    t.equal(board.settle(10).rows.length, 2)
    t.match(JSON.parse(board.rows()), [
      { gate: 'n-1', reportedAt: 10, software: '1', config: { given: 0 } },
      { gate: 'n-2', reportedAt: null },
    ])
    t.same(board.settle(10), { rows: [], gone: [] })
  })

  await t.test('what comes while it looks is newer than what it finds', async t => {
    const board = createFleetBoard(db)
    await board.look()
    board.settle(10)
    await keep('n-1', '2', 20)
    const looking = board.look()
    board.told('n-1', { ...WELL, software: '3' }, 30)
    await looking
    board.settle(30)
    t.match(JSON.parse(board.rows()), [{ software: '3', reportedAt: 30 }, {}])
    board.told('nobody', WELL, 30)
    t.same(board.settle(30), { rows: [], gone: [] }, 'a gate that is unknown here')
  })

  await t.test('the newest config that it was given, and whether that is what runs', async t => {
    const board = createFleetBoard(db)
    const give = (revision: number, text: string) => {
      const row = { gate: 'n-2', revision, made_at: 1, actor: 'a', reason: 'r', confirm_minutes: 5 }
      const file = { text, sha256: '', length: 1, bytes: new Uint8Array(1) }
      return transact(db, tx => addConfig(tx, { ...row, ...file }))
    }
    const shown = () => (JSON.parse(board.rows()) as { config: object }[])[1]?.config
    await give(5, '{"lanes":[]}')
    await board.look()
    board.settle(1)
    t.same(shown(), { given: 5, runs: null, drift: false })
    board.told('n-2', { ...WELL, configSha256: sha256('{"lanes":[]}') }, 2)
    board.settle(2)
    t.same(shown(), { given: 5, runs: 5, drift: false })
    await give(6, '{"lanes":[1]}')
    await board.look()
    board.settle(3)
    t.same(shown(), { given: 6, runs: null, drift: true })
  })
})

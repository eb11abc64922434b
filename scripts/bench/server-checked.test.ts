/** The peer with checks does check: otherwise the ratio to it would say nothing. */
import { calculateJwkThumbprint } from 'jose'
import t from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { UPLOAD_ROWS_MAX } from '../../gate/contract/chain.ts'
import type { Upload } from '../../gate/contract/events.ts'
import { makeJournal, uploadOf } from '../../server/testing/journal.ts'
import { makeClient, openWorld } from '../../server/testing/world.ts'
import { CHECKED_PATH, openChecked } from './server-checked.ts'

t.test('takes a gate’s rows once, and nothing else', async t => {
  const world = await openWorld(tempDir())
  const peer = openChecked(world.dir, world.service)
  t.teardown(async () => {
    peer.close()
    await world.close()
  })
  const { nonces, clock } = world.service
  const nonce = nonces.current(clock.now())
  const gate = makeClient(world, 'EdDSA')
  const stranger = makeClient(world, 'EdDSA')
  peer.enrol(await calculateJwkThumbprint(await gate.publicJwk()))
  const send = async (body: string, dpop: string) =>
    (await peer.app.request(CHECKED_PATH, { method: 'POST', body, headers: { dpop } })).status
  const upload = async (of: Upload, by = gate, signed = JSON.stringify(of)) =>
    send(JSON.stringify(of), await by.proof(CHECKED_PATH, signed, { nonce }))

  const rows = makeJournal('ab'.repeat(8), 2 * UPLOAD_ROWS_MAX)
  const [first, second] = [uploadOf(rows, 1, UPLOAD_ROWS_MAX), uploadOf(rows, 201, 400)]
  t.equal(await upload(second), 400, 'rows are missing before it')
  t.equal(await upload(first, stranger), 400, 'another key')
  t.equal(await upload(first, gate, 'x'), 400, 'another body was signed')
  t.equal(await upload({ ...first, rows: first.rows.toReversed() }), 400, 'no chain')
  t.equal(await upload(first), 200)
  t.equal(await upload(first), 400, 'stored before')
  const body = JSON.stringify(second)
  const proof = await gate.proof(CHECKED_PATH, body, { nonce, jti: 'a'.repeat(22) })
  t.equal(await send(body, proof), 200)
  const third = JSON.stringify(uploadOf(makeJournal('cd'.repeat(8), UPLOAD_ROWS_MAX), 1, 200))
  const again = await gate.proof(CHECKED_PATH, third, { nonce, jti: 'a'.repeat(22) })
  t.equal(await send(third, again), 400, 'a proof counts once')
})

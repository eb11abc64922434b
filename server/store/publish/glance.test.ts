import { onEachEngine } from '../../testing/engines.ts'
import { openLists } from '../certificates/status.ts'
import { openDatabase } from '../engine/engines.ts'
import { transact } from '../engine/transact.ts'
import { glance } from './glance.ts'
import { denyKid } from './published.ts'
import { keepTrust } from './trust-documents.ts'

const NOW = Date.UTC(2026, 4, 20)
const BYTES = new Uint8Array([1])

await onEachEngine(async (t, newPlace) => {
  const db = await openDatabase(await newPlace())
  t.teardown(() => db.destroy())
  const seen = new Set([(await glance(db, NOW)).text])
  t.equal((await glance(db, NOW)).manifestVersion, 0)
  const manifest = { version: 7, bytes: BYTES, etag: '"x"', basis: '', made_at: NOW }
  const changes: Readonly<Record<string, () => Promise<unknown>>> = {
    'a list': () => transact(db, tx => openLists(tx, NOW)),
    'a place': () => db.updateTable('status_lists').set({ next: 64 }).execute(),
    'a certificate that ended': () => db.updateTable('status_lists').set({ revision: 1 }).execute(),
    'a denied key': () => transact(db, tx => denyKid(tx, '0011aabb', 10, NOW)),
    'a trust document': () => keepTrust(db, { version: 1, bytes: BYTES }, NOW),
    'a manifest': () => db.insertInto('published_manifests').values(manifest).execute(),
  }
  for (const [name, change] of Object.entries(changes)) {
    await change()
    const { text } = await glance(db, NOW)
    t.notOk(seen.has(text), name)
    t.equal((await glance(db, NOW)).text, text, 'and the same as long as nothing happens')
    seen.add(text)
  }
  t.equal((await glance(db, NOW)).manifestVersion, 7)
  t.not((await glance(db, NOW + 90 * 86_400_000)).text, [...seen].at(-1), 'a list that is over')
})

/**
 * A source that lies, over real HTTP: every document attack of the design with the code it must
 * give, and the last good state afterwards, also after a restart without a network.
 */
import t, { type Test } from 'tap'
import { equalBytes, toHex } from '../../pass/bytes.ts'
import { generateSigningKey } from '../../pass/cose-node.ts'
import { signManifest, signTrust } from '../../pass/documents/trust.ts'
import { bootGate, goodGate } from '../testing/trust/gate.ts'
import { DAY_S, LIST, T0, TrustWorld } from '../testing/trust/world.ts'

type Good = Awaited<ReturnType<typeof goodGate>>

/** The attack gives `code`, raises `alarm` once, and leaves the state as it was. */
async function refused(
  t: Test,
  gate: Good,
  code: string,
  alarm?: 'TRUST_ROLLBACK' | 'TRUST_UNSIGNED' | 'TRUST_EQUIVOCATION',
): Promise<void> {
  const before = gate.keeper.status()
  const view = gate.keeper.view()
  t.equal((await gate.keeper.pollNow()).code, code)
  t.equal((await gate.keeper.pollNow()).code, code, 'again')
  t.same(gate.codes(), alarm === undefined ? [] : [alarm], 'told once')
  t.equal(gate.keeper.view(), view, 'the view is the very same')
  const { trustVersion, manifestVersion, lists } = gate.keeper.status()
  t.match(before, { trustVersion, manifestVersion, lists })
  await gate.keeper.close()
  const rebooted = bootGate(gate.dataDir, gate.world)
  t.match(rebooted.keeper.status(), { trustVersion, manifestVersion, lists })
  t.equal(rebooted.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  t.equal(rebooted.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  await rebooted.keeper.close()
}

t.test('manifest rollback: an older one, properly signed', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: { [LIST]: [] }, version: T0 - 1 })
  await refused(t, gate, 'ROLLBACK', 'TRUST_ROLLBACK')
})

t.test('manifest rollback: the very bytes of yesterday', async t => {
  const gate = await goodGate(t)
  const old = gate.world.files.manifest
  await gate.world.publish({ lists: { [LIST]: [7, 9] } })
  await gate.keeper.pollNow()
  gate.world.files.manifest = old
  await refused(t, gate, 'ROLLBACK', 'TRUST_ROLLBACK')
})

t.test('list rollback inside a newer manifest', async t => {
  const gate = await goodGate(t)
  const manifest = await gate.world.manifest({ lists: { [LIST]: [] } })
  const lists = manifest.lists.map(list => ({ ...list, version: 1 }))
  gate.world.files.manifest = await signManifest({ ...manifest, lists }, gate.world.status)
  await refused(t, gate, 'ROLLBACK', 'TRUST_ROLLBACK')
})

t.test('trust rollback: an older version where the next should lie', async t => {
  const gate = await goodGate(t)
  await gate.world.rotate()
  await gate.world.publish({ lists: { [LIST]: [7], 'tsl:2': [] } })
  await gate.keeper.pollNow()
  t.equal(gate.keeper.status().trustVersion, 2)
  gate.events.length = 0
  gate.world.files.documents.set(3, gate.world.factory)
  await gate.world.publish({ lists: {}, trustVersion: 3 })
  await refused(t, gate, 'ROLLBACK', 'TRUST_ROLLBACK')
})

t.test('trust rollback: the version we have where the next should lie', async t => {
  const gate = await goodGate(t)
  gate.world.files.documents.set(2, gate.world.factory)
  await gate.world.publish({ lists: {}, trustVersion: 2 })
  await refused(t, gate, 'ROLLBACK', 'TRUST_ROLLBACK')
})

t.test('trust version rollback inside a newer manifest', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: { [LIST]: [7], 'tsl:2': [] }, trustVersion: 0 })
  await refused(t, gate, 'ROLLBACK', 'TRUST_ROLLBACK')
})

t.test('equivocation: another manifest of the same version', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: { [LIST]: [] }, version: gate.world.manifestVersion })
  await refused(t, gate, 'EQUIVOCATION', 'TRUST_EQUIVOCATION')
})

t.test('no equivocation: the same manifest signed anew', async t => {
  const { keeper, world, codes } = await goodGate(t)
  const before = world.files.manifest
  const { decodeManifest } = await import('../../pass/documents/trust.ts')
  if (before === undefined) throw new Error('no manifest')
  world.files.manifest = await signManifest(decodeManifest(before), world.status)
  t.notOk(equalBytes(before, world.files.manifest))
  t.same(await keeper.pollNow(), { code: 'UNCHANGED' })
  t.same(codes(), [])
})

t.test('equivocation: another list of the same version', async t => {
  const gate = await goodGate(t)
  const first = await gate.world.manifest({ lists: { [LIST]: [7] } })
  gate.world.files.manifest = await signManifest(first, gate.world.status)
  await gate.keeper.pollNow()
  const other = await gate.world.manifest({ lists: { [LIST]: [8] }, version: first.version + 1 })
  const lists = other.lists.map((list, i) => ({ ...list, version: first.lists[i]?.version ?? 0 }))
  gate.world.files.manifest = await signManifest({ ...other, lists }, gate.world.status)
  await refused(t, gate, 'EQUIVOCATION', 'TRUST_EQUIVOCATION')
})

t.test('equivocation: another trust document of the version we have', async t => {
  const gate = await goodGate(t)
  const other = gate.world.document({ version: 1, iat: T0 - 59 })
  gate.world.files.documents.set(2, await signTrust(other, gate.world.roots.slice(0, 2)))
  await gate.world.publish({ lists: {}, trustVersion: 2 })
  await refused(t, gate, 'EQUIVOCATION', 'TRUST_EQUIVOCATION')
})

t.test('skipped trust version: N + 2 where N + 1 should lie', async t => {
  const gate = await goodGate(t)
  await gate.world.rotate({ version: 3 })
  gate.world.files.documents.set(2, gate.world.files.documents.get(3) as Uint8Array)
  await gate.world.publish({ lists: {}, trustVersion: 3 })
  await refused(t, gate, 'TRUST_GAP')
})

t.test('a newer trust that is not there', async t => {
  const gate = await goodGate(t)
  await gate.world.publish({ lists: {}, trustVersion: 2 })
  await refused(t, gate, 'NETWORK')
})

t.test('trust signed by too few, the same root twice, strangers, or the status key', async t => {
  const stranger = generateSigningKey('EdDSA')
  const cases: [string, (world: TrustWorld) => ReturnType<TrustWorld['rotate']>][] = [
    ['too few', world => world.rotate({}, world.roots.slice(0, 1))],
    ['repeated', world => world.rotate({}, [world.roots[0]!, world.roots[0]!, world.roots[0]!])],
    ['strangers', world => world.rotate({}, [stranger, generateSigningKey('EdDSA')])],
    ['one stranger', world => world.rotate({}, [world.roots[0]!, stranger])],
    ['the status key', world => world.rotate({}, [world.status, world.status])],
    ['a root and the status key', world => world.rotate({}, [world.roots[0]!, world.status])],
    [
      'new roots alone',
      world => {
        const roots = [generateSigningKey('EdDSA'), generateSigningKey('EdDSA')]
        const others = world.keys().filter(key => key.role !== 'root')
        const keys = [...others, ...roots.map(root => world.key('root', root))]
        return world.rotate({ keys }, roots)
      },
    ],
  ]
  for (const [name, rotate] of cases) {
    await t.test(name, async t => {
      const gate = await goodGate(t)
      await rotate(gate.world)
      await gate.world.publish({ lists: {} })
      await refused(t, gate, 'UNSIGNED', 'TRUST_UNSIGNED')
    })
  }
})

t.test('a manifest signed by a stranger, an issuer, a root, or the time key', async t => {
  for (const by of ['stranger', 'issuer', 'root', 'time'] as const) {
    await t.test(by, async t => {
      const gate = await goodGate(t)
      const { world } = gate
      const others = { stranger: generateSigningKey('ES256'), root: world.roots[0]! }
      const signer = by === 'issuer' || by === 'time' ? world[by] : others[by]
      await world.publish({ lists: {}, signer })
      await refused(t, gate, 'UNSIGNED', 'TRUST_UNSIGNED')
    })
  }
})

t.test('a manifest and a list from another environment', async t => {
  const test = await TrustWorld.create(() => T0, 'test')
  await t.test('manifest', async t => {
    const gate = await goodGate(t)
    gate.world.files.manifest = await test.publish({ lists: { [LIST]: [] }, version: T0 + 9 })
    await refused(t, gate, 'UNSIGNED', 'TRUST_UNSIGNED')
  })
  await t.test('list of the same name and length', async t => {
    const gate = await goodGate(t)
    const mine = await gate.world.upload(LIST, [2], T0)
    const theirs = await test.upload(LIST, [3], T0)
    t.equal(mine.length, theirs.length)
    const token = test.files.lists.get(toHex(theirs.sha256)) as Uint8Array
    await gate.world.publish({ lists: { [LIST]: [2] } })
    for (const name of gate.world.files.lists.keys()) gate.world.files.lists.set(name, token)
    await refused(t, gate, 'HASH')
  })
})

t.test('mix-and-match: one list served, or named, as another', async t => {
  await t.test('served at the address of the other', async t => {
    const gate = await goodGate(t)
    await gate.world.publish({ lists: { 'tsl:3': [2], 'tsl:4': [3] } })
    const { lists } = gate.world.files
    const [a, b] = [...lists.keys()].slice(-2) as [string, string]
    const [tokenA, tokenB] = [lists.get(a), lists.get(b)] as [Uint8Array, Uint8Array]
    t.equal(tokenA.length, tokenB.length)
    lists.set(a, tokenB).set(b, tokenA)
    await refused(t, gate, 'HASH')
  })
  await t.test('named as the other by the manifest itself', async t => {
    const gate = await goodGate(t)
    const manifest = await gate.world.manifest({ lists: { 'tsl:9': [] } })
    const lists = manifest.lists.map(list => ({ ...list, uri: LIST, version: T0 + 99 }))
    gate.world.files.manifest = await signManifest({ ...manifest, lists }, gate.world.status)
    await refused(t, gate, 'WRONG_TYPE')
  })
})

t.test('documents dated wrongly, of another type, or garbage', async t => {
  const cases: [string, string, (world: TrustWorld) => Promise<unknown>][] = [
    ['ahead of the clock', 'FROM_FUTURE', w => w.publish({ lists: {}, iat: T0 + 300 })],
    ['past its end', 'EXPIRED', w => w.publish({ lists: {}, iat: T0 - DAY_S })],
    [
      'trust ahead of the clock',
      'FROM_FUTURE',
      async w => {
        await w.rotate({ iat: T0 + 300 })
        await w.publish({ lists: {} })
      },
    ],
    [
      'a time answer',
      'WRONG_TYPE',
      async w => {
        w.files.manifest = await w.timeAnswer(new Uint8Array(16))
      },
    ],
    [
      'garbage',
      'MALFORMED',
      async w => {
        w.files.manifest = Uint8Array.from([0xff, 0x00])
      },
    ],
  ]
  for (const [name, code, lie] of cases) {
    await t.test(name, async t => {
      const gate = await goodGate(t)
      gate.origin.intercept = line => (line.startsWith('POST') ? { status: 404 } : undefined)
      await lie(gate.world)
      await refused(t, gate, code)
    })
  }
})

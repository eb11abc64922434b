/** Bodies that never end, stall, break off, or aren't what was announced, for each kind of file. */
import t from 'tap'
import { toHex } from '../../pass/bytes.ts'
import { hashOf } from '../../pass/documents/by-hash-node.ts'
import { encodeStatusListToken } from '../../pass/documents/status-list-node.ts'
import { signManifest } from '../../pass/documents/trust.ts'
import { STATUS_BYTES_MAX } from '../../pass/limits.ts'
import { bootGate, goodGate } from '../testing/trust/gate.ts'
import { LIST, T0, type TrustWorld } from '../testing/trust/world.ts'
import { LISTS_BYTES_MAX, LISTS_MAX, TRUST_STEPS_MAX } from '../trust/limits.ts'

type Good = Awaited<ReturnType<typeof goodGate>>

/** Publishes something of which every kind of file must be fetched. */
async function publishAll({ world }: Good): Promise<void> {
  await world.rotate()
  await world.publish({ lists: { [LIST]: [7, 8] } })
}

const FILES = ['/v1/trust/manifest', '/v1/trust/document/', '/v1/trust/list/']

t.test('endless bodies are cut off', async t => {
  for (const path of FILES) {
    const gate = await goodGate(t)
    await publishAll(gate)
    gate.origin.hijack = (line, response) => {
      if (!line.includes(path)) return false
      const chunk = Buffer.alloc(16_384)
      const more = () => {
        while (!response.destroyed && response.write(chunk));
      }
      response.on('drain', more)
      more()
      return true
    }
    t.equal((await gate.keeper.pollNow()).code, 'LENGTH', path)
    t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'valid', 'the old list stays')
    gate.origin.hijack = () => false
    t.equal((await gate.keeper.pollNow()).code, 'UPDATED', 'and it comes back')
    t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'invalid')
  }
})

t.test('stalled bodies end at the deadline', async t => {
  for (const path of FILES) {
    const gate = await goodGate(t, { timeoutMs: 200 })
    await publishAll(gate)
    gate.origin.hijack = (line, response) => {
      if (!line.includes(path)) return false
      response.write('x')
      return true
    }
    t.equal((await gate.keeper.pollNow()).code, 'TIMEOUT', path)
    t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  }
})

t.test('truncated bodies: broken off, or ended early and whole to HTTP', async t => {
  const codes = {
    broken: ['NETWORK', 'NETWORK', 'NETWORK'],
    early: ['MALFORMED', 'WRONG_TYPE', 'LENGTH'],
  }
  for (const how of ['broken', 'early'] as const) {
    for (const [i, path] of FILES.entries()) {
      const gate = await goodGate(t)
      await publishAll(gate)
      const { files } = gate.world
      gate.origin.hijack = (line, response) => {
        if (!line.includes(path)) return false
        const name = line.split('/').at(-1) ?? ''
        const whole = [files.manifest, files.documents.get(2), files.lists.get(name)][i]!
        if (how === 'early') response.end(whole.subarray(0, -1))
        else {
          response.setHeader('content-length', whole.length)
          response.write(whole.subarray(0, -1), () => response.socket?.destroy())
        }
        return true
      }
      const { code } = await gate.keeper.pollNow()
      t.ok(code === codes[how][i] || (how === 'early' && code === 'MALFORMED'), `${path} ${code}`)
      t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
    }
  }
})

t.test('a list with a flipped bit is HASH', async t => {
  const gate = await goodGate(t)
  await publishAll(gate)
  for (const [name, token] of gate.world.files.lists) {
    const flipped = token.slice()
    flipped[100] = (flipped[100] as number) ^ 1
    gate.world.files.lists.set(name, flipped)
  }
  t.same(await gate.keeper.pollNow(), { code: 'HASH', what: LIST })
})

t.test('trust that was verified is kept although the list beside it was refused', async t => {
  const gate = await goodGate(t)
  await publishAll(gate)
  gate.world.files.lists.clear()
  t.same(await gate.keeper.pollNow(), { code: 'NETWORK', what: LIST })
  t.equal(gate.keeper.status().trustVersion, 2)
  t.equal(
    gate.keeper.view().status(LIST, 7, T0 * 1000),
    'invalid',
    'with the manifest and lists before',
  )
  await gate.keeper.close()
  const rebooted = bootGate(gate.dataDir, gate.world)
  t.equal(rebooted.keeper.status().trustVersion, 2)
  t.equal(rebooted.keeper.view().status(LIST, 7, T0 * 1000), 'invalid')
  await rebooted.keeper.close()
})

t.test('more lists than a gate holds are refused', async t => {
  const gate = await goodGate(t)
  const names = (count: number) => {
    const lists: Record<string, number[]> = { [LIST]: [7], 'tsl:2': [] }
    for (let i = 2; i < count; i++) lists[`tsl:x${i}`] = []
    return lists
  }
  await gate.world.publish({ lists: names(LISTS_MAX + 1) })
  t.same(await gate.keeper.pollNow(), { code: 'LENGTH', what: 'manifest' })
  await gate.world.publish({ lists: names(LISTS_MAX) })
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(gate.keeper.status().lists, LISTS_MAX)
})

t.test('lists that inflate past what a gate holds are refused together', async t => {
  const gate = await goodGate(t)
  const { world } = gate
  const entries = (count: number) =>
    Promise.all(Array.from({ length: count }, (_, i) => bigList(world, `tsl:${i.toString(36)}`)))
  const manifest = await world.manifest({ version: T0 + 9 })
  const fits = LISTS_BYTES_MAX / STATUS_BYTES_MAX
  const publish = async (count: number, version: number) => {
    const lists = await entries(count)
    world.files.manifest = await signManifest({ ...manifest, version, lists }, world.status)
  }
  await publish(fits + 1, T0 + 9)
  t.match(await gate.keeper.pollNow(), { code: 'LENGTH' })
  await publish(fits, T0 + 10)
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
})

/** A list as large as one may inflate to. */
async function bigList(world: TrustWorld, uri: string) {
  const list = { bits: 1 as const, bytes: new Uint8Array(STATUS_BYTES_MAX) }
  list.bytes[0] = 0xff
  const token = await encodeStatusListToken({ uri, iat: T0, list, signer: world.status })
  const sha256 = hashOf(token)
  world.files.lists.set(toHex(sha256), token)
  return { uri, version: T0 + 9, length: token.length, sha256 }
}

t.test('a list of another width than one bit is refused', async t => {
  const gate = await goodGate(t)
  const { world } = gate
  const list = { bits: 2 as const, bytes: new Uint8Array(100) }
  const token = await encodeStatusListToken({ uri: 'tsl:w', iat: T0, list, signer: world.status })
  const sha256 = hashOf(token)
  world.files.lists.set(toHex(sha256), token)
  const lists = [{ uri: 'tsl:w', version: 1, length: token.length, sha256 }]
  const manifest = await world.manifest({})
  world.files.manifest = await signManifest({ ...manifest, lists }, world.status)
  t.same(await gate.keeper.pollNow(), { code: 'WRONG_TYPE', what: 'tsl:w' })
})

t.test('a poll steps so many versions of trust and goes on in the next', async t => {
  const gate = await goodGate(t)
  for (let i = 0; i <= TRUST_STEPS_MAX; i++) await gate.world.rotate()
  await gate.world.publish({ lists: { [LIST]: [7, 8] } })
  t.same(await gate.keeper.pollNow(), { code: 'TRUST_GAP', what: 'manifest' })
  t.equal(gate.keeper.status().trustVersion, TRUST_STEPS_MAX + 1)
  t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'valid')
  t.same(await gate.keeper.pollNow(), { code: 'UPDATED' })
  t.equal(gate.keeper.view().status(LIST, 8, T0 * 1000), 'invalid')
})

t.test('a poll without news is one request and a few bytes', async t => {
  const gate = await goodGate(t)
  await gate.keeper.pollNow()
  gate.origin.requests.length = 0
  t.same(await gate.keeper.pollNow(), { code: 'UNCHANGED' })
  t.same(gate.origin.requests, ['GET /v1/trust/manifest'])
})

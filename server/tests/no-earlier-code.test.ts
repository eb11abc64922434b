/**
 * However a certificate ends (cancelled, revoked, moved to another phone, reissued by face or at the
 * window), no code that was ever made of it passes a gate after its next poll: first, renewed, paper.
 */

import { tempDir } from '../../fixtures/temp-dir.ts'
import { makeApplicant, putOnFile, typedPerson } from '../testing/applicant.ts'
import { onEachEngine } from '../testing/engines.ts'
import { virtualFaces } from '../testing/faces.ts'
import { makeOfflineGate } from '../testing/offline-gate.ts'
import { openWorld } from '../testing/world.ts'

const HOUR_MS = 3600_000

await onEachEngine(async (t, newPlace) => {
  const world = await openWorld(tempDir(), 40, await newPlace(), virtualFaces())
  t.teardown(() => world.close())
  const gate = makeOfflineGate(world)
  const agent = await world.signIn('agent')
  const desk = (path: string, body: object) =>
    world.post(`/v1/desk/certificates${path}`, { reason: 'x', ...body }, agent)
  let people = 0

  /** A traveller, and each code that was made of the certificate, as shown then. */
  async function traveller() {
    const number = `E${81_000 + people++}`
    await putOnFile(world, number)
    const lin = await makeApplicant(world, number)
    const first = await lin.certificate()
    const id = first.certificate?.id ?? ''
    world.clock.time += 60_000
    const renewed = await lin.renew(id)
    const paper = (await (await desk(`/${id}/paper`, {})).json()) as { code: string }
    const madeMs = world.clock.time
    const codes = [await lin.show(first, madeMs), await lin.show(renewed, madeMs), paper.code]
    return { number, lin, id, codes, madeMs }
  }
  type Traveller = Awaited<ReturnType<typeof traveller>>

  /** Ends it; gives the code of what came in its place, if anything did. */
  type End = (of: Traveller) => Promise<string | undefined>
  const otherPhone: End = async ({ number }) => {
    const phone = await makeApplicant(world, number)
    return phone.show(await phone.certificate())
  }
  const ends: Record<string, End> = {
    async cancelled({ lin, id }) {
      await lin.phone.ask('DELETE', `/v1/certificates/${id}`)
      return undefined
    },
    async revoked({ id }) {
      await desk(`/${id}/revoke`, {})
      return undefined
    },
    'moved to another phone': otherPhone,
    async 'reissued in its last hours'(of) {
      world.clock.time += 22 * HOUR_MS
      return otherPhone(of)
    },
    async 'replaced at the window'({ number }) {
      const phone = await makeApplicant(world, number)
      const issued = await desk('', { person: typedPerson(number), replaceActive: true })
      const { claim } = (await issued.json()) as { claim: { code: string } }
      const { holderKey } = phone
      return phone.show(await phone.post('/v1/certificates/claim', { code: claim.code, holderKey }))
    },
  }

  for (const [how, end] of Object.entries(ends)) {
    await t.test(how, async t => {
      const of = await traveller()
      await gate.poll()
      for (const code of of.codes) t.match(gate.verify(code), { ok: true }, 'before')
      const next = await end(of)
      await gate.poll()
      if (next !== undefined) t.match(gate.verify(next), { ok: true }, 'what came in its place')
      // Within their time, so that it is the bit alone that refuses them.
      for (const code of of.codes) {
        t.match(gate.verify(code, of.madeMs), { ok: false, code: 'REVOKED' }, 'after')
      }
    })
  }
})

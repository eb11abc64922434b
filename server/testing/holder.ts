/** A person with a certificate from the window on a phone, for tests. */
import { generateSigningKey } from '../../pass/cose-node.ts'
import { presentPass } from '../../pass/present.ts'
import { encodePassText } from '../../pass/text.ts'
import { makeClient, type World } from './world.ts'

export interface Claimed {
  readonly phone: ReturnType<typeof makeClient>
  /** The code as the phone shows it now. */
  present(): Promise<string>
}

export interface Holder extends Claimed {
  readonly id: string
}

export interface TestPerson {
  readonly name: string
  readonly documentType: string
  readonly documentNumber: string
}

/** Issued by `agent`: what the window's screen shows. `more`: other fields of the window's request. */
export async function issueAtWindow(
  world: World,
  agent: Record<string, string>,
  person: TestPerson,
  more: { readonly replaceActive?: boolean } = {},
): Promise<{
  readonly certificate: { readonly id: string }
  readonly claim: { readonly code: string }
}> {
  const asked = { person, reason: 'x', ...more }
  const issued = await world.post('/v1/desk/certificates', asked, agent)
  if (issued.status !== 201) throw new Error(`issuing answered ${issued.status}`)
  return (await issued.json()) as Awaited<ReturnType<typeof issueAtWindow>>
}

/** Issued by `agent` and claimed by a new phone. `more`: other fields of the window's request. */
export async function makeHolder(
  world: World,
  agent: Record<string, string>,
  person: TestPerson,
  more: { readonly replaceActive?: boolean } = {},
): Promise<Holder> {
  const { certificate, claim } = await issueAtWindow(world, agent, person, more)
  return { id: certificate.id, ...(await claimByPhone(world, claim.code)) }
}

/** On a new phone. `code`: as the window's screen shows it. */
export async function claimByPhone(world: World, code: string): Promise<Claimed> {
  const phone = makeClient(world, 'ES256')
  const holder = generateSigningKey('ES256')
  const { x, y } = holder.privateKey.export({ format: 'jwk' })
  const holderKey = { kty: 'EC', crv: 'P-256', x, y }
  const claimed = await phone.send('/v1/certificates/claim', { code, holderKey })
  const signed = (await claimed.json()) as { pass: string; code?: string }
  if (claimed.status !== 201) throw new Error(`claiming answered ${claimed.status} ${signed.code}`)
  const pass = new Uint8Array(Buffer.from(signed.pass, 'base64url'))
  return {
    phone,
    async present() {
      const presentedAt = Math.floor(world.clock.time / 1000)
      return encodePassText(await presentPass({ pass, presentedAt, sign: holder.sign }))
    },
  }
}

/**
 * Who may call a route. Each route names its access when it is declared, so none can be without;
 * the guard runs before the body is parsed, so validation reveals nothing to a stranger.
 */
import type { Context, MiddlewareHandler, Next } from 'hono'
import type { ProofAlgorithm } from '../../auth/embedded-jwt.ts'
import { isForeignOrigin } from '../../auth/origin.ts'
import { may, type Permission } from '../../auth/permissions.ts'
import { bodyHash, claimedKey, type ProofResult, verifyProof } from '../../auth/proof.ts'
import { demandMember } from '../../auth/staff.ts'
import { Problem, type ProblemCode } from '../../errors.ts'
import { ANSWER_KEPT_MS } from '../../limits.ts'
import { clientAddress } from '../../load/client-address.ts'
import type { Service, ServiceEnv } from '../../services/context.ts'
import { findGate } from '../../store/gates/gates.ts'
import { findAnswer, keepAnswer, takeProof } from '../../store/staff/proofs.ts'
import { isPlainText } from './plain-text.ts'
import { type BodyKind, demandLength, SMALL_BODY, withBody } from './read-body.ts'

export type Access =
  /**
   * Anyone: answers are public, or carry their own signature or one-time code. `isQuick`: the answer
   * lies ready, and waits for nobody.
   */
  | { readonly by: 'anyone'; readonly isQuick?: true }
  /** A signed-in member of staff whose role has the permission. */
  | { readonly by: 'staff'; readonly permission: Permission }
  /** A signed-in member of staff, whatever the role. */
  | { readonly by: 'member' }
  /** The enrolled gate that the path's `id` names, by proof of its key. */
  | { readonly by: 'gate' }
  /**
   * A phone, by proof of its device key: one that `knows` finds something of its own for, or any at
   * all. What any phone may send is counted, since it leaves rows behind.
   */
  | { readonly by: 'phone'; readonly knows?: Knows }

/**
 * Throws a Problem unless what the path's `id` names is this device's, and may be dealt with now.
 * `address`: the client's, in one form for all spellings.
 */
export type Knows = (
  service: Service,
  id: string,
  deviceKey: string,
  address: string,
) => Promise<unknown>

/** `body`: what a body of this route may be. It is read when all that the headers tell is settled. */
export function guard(access: Access, body: BodyKind = SMALL_BODY): MiddlewareHandler<ServiceEnv> {
  async function demand(c: Context<ServiceEnv>, next: Next): Promise<Answer> {
    if (!WITHOUT_BODY.has(c.req.method)) {
      demandJson(c)
      demandLength(c, body.bytesMax)
    }
    await turnOf(c, access)
    return admit(c, next, access, body)
  }
  const isQuick = access.by === 'anyone' && access.isQuick === true
  // Polled by thousands: whoever asks for what lies ready has no body and waits for nobody.
  return (c, next) => (isQuick && WITHOUT_BODY.has(c.req.method) ? route(next) : demand(c, next))
}

/** Resolves when work for a caller may begin. Staff don't wait: who is none is refused at little cost. */
async function turnOf(c: Context<ServiceEnv>, access: Access): Promise<void> {
  if (access.by === 'staff' || access.by === 'member') return
  if (access.by === 'anyone' && access.isQuick === true) return
  await c.get('load').turn(addressOf(c))
}

async function admit(
  c: Context<ServiceEnv>,
  next: Next,
  access: Access,
  body: BodyKind,
): Promise<Answer> {
  switch (access.by) {
    case 'anyone':
      return onward(c, { access, body, client: addressOf(c) }, () => route(next))
    case 'staff':
    case 'member':
      await admitStaff(c, access.by === 'staff' ? access.permission : undefined)
      return onward(c, { access, body, client: `staff ${c.get('staff').id}` }, () => route(next))
    case 'gate':
      return admitGate(c, next, body)
    case 'phone':
      return admitPhone(c, next, access.knows, body)
  }
}

/** What a middleware gives when the answer is not the route's. */
type Answer = Response | undefined

/** On to the route, whose answer it is then. */
async function route(next: Next): Promise<undefined> {
  await next()
}

/** For its share of the room alone; where the proxies name nobody, all are one. */
function addressOf(c: Context<ServiceEnv>): string {
  try {
    return clientAddress(c, c.get('service').config.trustedProxies)
  } catch {
    return 'unknown'
  }
}

interface Signed {
  readonly access: Access
  readonly body: BodyKind
  /** Whose share of the room a body takes. */
  readonly client: string
  /** Hash of the body that was signed, if one was. */
  readonly bh?: string
}

/** Reads the body, which must be what was signed and text through and through, and goes on with it. */
async function onward(
  c: Context<ServiceEnv>,
  { access, body, client, bh }: Signed,
  run: () => Promise<Answer>,
): Promise<Answer> {
  if (WITHOUT_BODY.has(c.req.method)) {
    if (bh !== undefined && bh !== HASH_OF_NOTHING) throw new Problem('PROOF_INVALID')
    return run()
  }
  return withBody(c, body, client, async bytes => {
    await turnOf(c, access)
    if (bh !== undefined && bodyHash(bytes) !== bh) throw new Problem('PROOF_INVALID')
    if (!isPlainText(bytes)) throw new Problem('BAD_REQUEST')
    keepText(c, bytes)
    return run()
  })
}

const HASH_OF_NOTHING = bodyHash(new Uint8Array())

/** For the validators, as if Hono had read it. */
function keepText(c: Context<ServiceEnv>, bytes: Uint8Array): void {
  Object.assign(c.req.bodyCache, { text: Promise.resolve(new TextDecoder().decode(bytes)) })
}

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE'])

function demandJson(c: Context<ServiceEnv>): void {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new Problem('CONTENT_TYPE')
}

async function admitStaff(
  c: Context<ServiceEnv>,
  permission: Permission | undefined,
): Promise<void> {
  const service = c.get('service')
  if (isForeignOrigin(c.req.raw, service.ownOrigins())) throw new Problem('ORIGIN')
  const member = demandMember(await service.staff.member(c.req.raw.headers))
  if (permission !== undefined && !may(member.role, permission)) throw new Problem('FORBIDDEN')
  c.set('staff', member)
}

/**
 * Nothing is written for a key that is not this gate's, and what is refused is counted by address. A
 * gate that is known is let in whatever others send from its address.
 */
async function admitGate(c: Context<ServiceEnv>, next: Next, body: BodyKind): Promise<Answer> {
  try {
    const gate = await knownGate(c)
    const proof = readProof(c, 'EdDSA')
    c.set('gate', gate)
    return await onward(
      c,
      { access: { by: 'gate' }, body, client: `gate ${gate.id}`, bh: proof.bh },
      async () => {
        await takeProofOnce(c, proof)
        return route(next)
      },
    )
  } catch (error) {
    if (error instanceof Problem && COUNTED.has(error.code)) c.get('load').request(c)
    throw error
  }
}

const COUNTED: ReadonlySet<ProblemCode> = new Set<ProblemCode>([
  ...(['PROOF_MISSING', 'PROOF_INVALID', 'PROOF_REPLAYED', 'GATE_UNKNOWN'] as const),
])

/** The gate of the path, when the proof brings its key along: whether it has signed is another matter. */
async function knownGate(c: Context<ServiceEnv>): Promise<{ id: string; station: string }> {
  const token = c.req.header('dpop')
  if (token === undefined) throw new Problem('PROOF_MISSING')
  const thumbprint = claimedKey(token, 'EdDSA')
  if (thumbprint === undefined) throw new Problem('PROOF_INVALID')
  const gate = await findGate(c.get('service').db, c.req.param('id') ?? '')
  if (gate === undefined || gate.key_thumbprint !== thumbprint) throw new Problem('GATE_UNKNOWN')
  return { id: gate.id, station: gate.station }
}

/** The proof comes first, and whether the phone has anything to do here; then what it sends. */
async function admitPhone(
  c: Context<ServiceEnv>,
  next: Next,
  knows: Knows | undefined,
  body: BodyKind,
): Promise<Answer> {
  const proof = readProof(c, 'ES256')
  c.set('device', proof.thumbprint)
  if (knows === undefined) c.get('load').strangersRow(c)
  else await demandKnown(c, proof, knows)
  return onward(
    c,
    { access: { by: 'phone' }, body, client: addressOf(c), bh: proof.bh },
    async () => {
      if (c.req.method === 'POST') return answerOnce(c, next, proof)
      await takeProofOnce(c, proof)
      return route(next)
    },
  )
}

/**
 * A phone's POST is done once a `jti`. Who lost the answer signs again with the same `jti` and
 * another nonce or `iat`, and gets the answer that was kept; a mere copy of the proof gets nothing.
 */
async function answerOnce(c: Context<ServiceEnv>, next: Next, proof: Proof): Promise<Answer> {
  const { db, clock, secrets } = c.get('service')
  if (await takeProof(db, proof, clock.now(), ANSWER_KEPT_MS)) {
    await next()
    if (c.res.ok) {
      const text = await c.res.clone().text()
      await keepAnswer(db, proof, c.res.status, secrets.seal(text, proof.jti))
    } else await keepAnswer(db, proof, c.res.status, undefined)
    return undefined
  }
  const kept = await findAnswer(db, proof)
  if (kept === 'none') throw new Problem('PROOF_REPLAYED')
  if (kept === 'not yet') throw new Problem('IN_PROGRESS', {}, { 'retry-after': '1' })
  const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' }
  return new Response(secrets.open(kept.sealed, proof.jti), { status: kept.status, headers })
}

/** What the request came to before may have ended what it is about: its answer is still to be had. */
async function demandKnown(c: Context<ServiceEnv>, proof: Proof, knows: Knows): Promise<void> {
  const service = c.get('service')
  try {
    await knows(service, c.req.param('id') ?? '', proof.thumbprint, addressOf(c))
  } catch (error) {
    const isAgain =
      error instanceof Problem &&
      c.req.method === 'POST' &&
      (await findAnswer(service.db, proof)) !== 'none'
    if (!isAgain) throw error
  }
}

type Proof = Extract<ProofResult, { ok: true }>

/** Uses the proof's `jti` up. */
async function takeProofOnce(c: Context<ServiceEnv>, proof: Proof): Promise<void> {
  const { db, clock } = c.get('service')
  if (!(await takeProof(db, proof, clock.now()))) throw new Problem('PROOF_REPLAYED')
}

function readProof(c: Context<ServiceEnv>, algorithm: ProofAlgorithm): Proof {
  const { nonces, clock } = c.get('service')
  const request = { method: c.req.method, path: c.req.path, algorithm }
  const now = clock.now()
  const proof = verifyProof(c.req.header('dpop'), request, nonces, now)
  if (proof.ok) return proof
  // A phone whose clock is wrong must be able to tell its owner, and by how much.
  const extra = proof.code === 'PROOF_TIME' ? { now: new Date(now).toISOString() } : {}
  throw new Problem(proof.code, extra)
}

/**
 * Who may call a route. Each route names its access when it is declared, so none can be without;
 * the guard runs before the body is parsed, so a stranger learns nothing from validation.
 */
import type { Context, MiddlewareHandler, Next } from 'hono'
import { isForeignOrigin } from '../auth/origin.ts'
import { may, type Permission } from '../auth/permissions.ts'
import {
  bodyHash,
  claimedKey,
  type ProofAlgorithm,
  type ProofResult,
  verifyProof,
} from '../auth/proof.ts'
import { demandMember } from '../auth/staff.ts'
import { Problem } from '../errors.ts'
import { ANSWER_KEPT_MS } from '../limits.ts'
import type { Service, ServiceEnv } from '../service.ts'
import { findGate } from '../store/gates.ts'
import { findAnswer, keepAnswer, takeProof } from '../store/proofs.ts'
import { isPlainText } from './plain-text.ts'

export type Access =
  /** Anyone: answers are public, or carry their own signature or one-time code. */
  | { readonly by: 'anyone' }
  /** A signed-in member of staff whose role has the permission. */
  | { readonly by: 'staff'; readonly permission: Permission }
  /** The enrolled gate that the path's `id` names, by proof of its key. */
  | { readonly by: 'gate' }
  /**
   * A phone, by proof of its device key: one that `knows` finds something of its own for, or any at
   * all. What any phone may send is counted, since it leaves rows behind.
   */
  | { readonly by: 'phone'; readonly knows?: Knows }

/** Throws a Problem unless what the path's `id` names is this device's. */
export type Knows = (service: Service, id: string, deviceKey: string) => Promise<unknown>

export function guard(access: Access): MiddlewareHandler<ServiceEnv> {
  return (c, next) => {
    if (!WITHOUT_BODY.has(c.req.method)) demandJson(c)
    if (access.by !== 'anyone') return admit(c, next, access)
    return WITHOUT_BODY.has(c.req.method) ? next() : parsed(c, next)
  }
}

async function admit(
  c: Context<ServiceEnv>,
  next: Next,
  access: Exclude<Access, { by: 'anyone' }>,
): Promise<Response | undefined> {
  switch (access.by) {
    case 'staff':
      await admitStaff(c, access.permission)
      break
    case 'gate':
      await admitGate(c)
      break
    case 'phone':
      return admitPhone(c, next, access.knows)
  }
  await (WITHOUT_BODY.has(c.req.method) ? next() : parsed(c, next))
  return undefined
}

/** On to the validators, unless the body is no text to begin with. */
async function parsed(c: Context<ServiceEnv>, next: Next): Promise<void> {
  if (!isPlainText(new Uint8Array(await c.req.arrayBuffer()))) throw new Problem('BAD_REQUEST')
  await next()
}

const WITHOUT_BODY = new Set(['GET', 'HEAD', 'DELETE'])

function demandJson(c: Context<ServiceEnv>): void {
  const type = c.req.header('content-type')?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') throw new Problem('CONTENT_TYPE')
}

async function admitStaff(c: Context<ServiceEnv>, permission: Permission): Promise<void> {
  const service = c.get('service')
  if (isForeignOrigin(c.req.raw, service.ownOrigins())) throw new Problem('ORIGIN')
  const member = demandMember(await service.staff.member(c.req.raw.headers))
  if (!may(member.role, permission)) throw new Problem('FORBIDDEN')
  c.set('staff', member)
}

/**
 * Nothing is written for a key that is not this gate's, and what is refused is counted by address. A
 * gate that is known is let in whatever others send from its address.
 */
async function admitGate(c: Context<ServiceEnv>): Promise<void> {
  try {
    const gate = await knownGate(c)
    await takeProofOnce(c, await readProof(c, 'EdDSA'))
    c.set('gate', gate)
  } catch (error) {
    const isRefused = error instanceof Problem && error.code !== 'USE_NONCE'
    if (isRefused) c.get('load').request(c)
    throw error
  }
}

/** The gate of the path, when the proof brings its key along: whether it has signed is another matter. */
async function knownGate(c: Context<ServiceEnv>): Promise<{ id: string; station: string }> {
  const token = c.req.header('dpop')
  if (token === undefined) throw new Problem('PROOF_MISSING')
  const thumbprint = await claimedKey(token, 'EdDSA')
  if (thumbprint === undefined) throw new Problem('PROOF_INVALID')
  const gate = await findGate(c.get('service').db, c.req.param('id') ?? '')
  if (gate === undefined || gate.key_thumbprint !== thumbprint) throw new Problem('GATE_UNKNOWN')
  return { id: gate.id, station: gate.station }
}

/**
 * A phone's POST is done once a `jti`. Who lost the answer signs again with the same `jti` and
 * another nonce or `iat`, and gets the answer that was kept; a mere copy of the proof gets nothing.
 */
async function admitPhone(
  c: Context<ServiceEnv>,
  next: Next,
  knows: Knows | undefined,
): Promise<Response | undefined> {
  const { db, clock, secrets } = c.get('service')
  const proof = await readProof(c, 'ES256')
  c.set('device', proof.thumbprint)
  if (knows === undefined) c.get('load').strangersRow(c)
  else await demandKnown(c, proof, knows)
  if (c.req.method !== 'POST') {
    await takeProofOnce(c, proof)
    await next()
    return
  }
  if (await takeProof(db, proof, clock.now(), ANSWER_KEPT_MS)) {
    await parsed(c, next)
    if (c.res.ok) {
      const text = await c.res.clone().text()
      await keepAnswer(db, proof, c.res.status, secrets.seal(text, proof.jti))
    } else await keepAnswer(db, proof, c.res.status, undefined)
    return
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
    await knows(service, c.req.param('id') ?? '', proof.thumbprint)
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

async function readProof(c: Context<ServiceEnv>, algorithm: ProofAlgorithm): Promise<Proof> {
  const { nonces, clock } = c.get('service')
  const request = { method: c.req.method, path: c.req.path, algorithm }
  const proof = await verifyProof(c.req.header('dpop'), request, nonces, clock.now())
  if (!proof.ok) throw new Problem(proof.code)
  const body = new Uint8Array(await c.req.arrayBuffer())
  if (bodyHash(body) !== proof.bh) throw new Problem('PROOF_INVALID')
  return proof
}

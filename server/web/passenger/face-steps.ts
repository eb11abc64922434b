/** The face check, for an application or for the next pass, and what its answer comes to. */
import { publicJwkOf } from '../shared/phone-keys.ts'
import type { Answer, Refusal } from '../shared/service-client.ts'
import { CameraError } from './camera.ts'
import { BrokenOff, type Challenge, type Frames, takeCapture } from './face-flow.ts'
import { certificateOf, type Issued } from './issued.ts'
import type { KeptCertificate } from './kept.ts'
import { begun, type PageContext } from './page-context.ts'
import type { FaceOf } from './screens.ts'

export interface FaceSteps {
  /** Camera, challenge, pictures, answer. */
  check(of: FaceOf): Promise<void>
  /** The person breaks it off. */
  breakOff(): void
}

/** What a check comes to besides a screen. */
export interface FaceOutcomes {
  /** A certificate with a pass that is new. */
  readonly onIssued: (certificate: KeptCertificate) => Promise<void>
  readonly onBrokenOff: (of: FaceOf) => void
}

/** A request of the flow came to nothing. */
class NotGiven extends Error {
  readonly answer: Extract<Answer<'POST /v1/applications/{id}/face'>, { ok: false }>
  constructor(answer: NotGiven['answer']) {
    super('not given')
    this.answer = answer
  }
}

export function createFaceSteps(page: PageContext, outcomes: FaceOutcomes): FaceSteps {
  const { screen, patience, ports } = page
  let broken = new AbortController()

  async function check(of: FaceOf): Promise<void> {
    broken.abort()
    const mine = new AbortController()
    broken = mine
    try {
      const flow = {
        ...ports,
        signal: mine.signal,
        onStep: (step: Parameters<Parameters<typeof takeCapture>[0]['onStep']>[0]) => {
          screen.value = { at: 'face', of, step }
        },
      }
      const { challenge, frames } = await takeCapture(flow, () =>
        patience.during(() => challengeOf(page, of)),
      )
      screen.value = { at: 'face', of, step: { kind: 'sending' } }
      const issued = await patience.during(() => send(page, of, challenge, frames))
      const who = of.kind === 'application' ? of.application.who : of.certificate.who
      await outcomes.onIssued(await certificateOf(page, issued, holderOf(of), who))
    } catch (error) {
      settle(of, error)
    }
  }

  function settle(of: FaceOf, error: unknown): void {
    if (error instanceof BrokenOff) outcomes.onBrokenOff(of)
    else if (error instanceof CameraError) {
      screen.value = { at: 'no-camera', of, fault: error.code }
    } else if (error instanceof NotGiven && error.answer.why === 'unreachable') {
      screen.value = { at: 'unreachable', again: () => void begun(page, () => check(of)) }
    } else if (error instanceof NotGiven && error.answer.why === 'refused') {
      screen.value = { at: 'refused', problem: error.answer.problem as Refusal, of }
    } else throw error
  }

  return { check, breakOff: () => broken.abort() }
}

async function challengeOf({ client, keeper }: PageContext, of: FaceOf): Promise<Challenge> {
  const device = await keeper.device()
  const given = { params: { id: idOf(of) }, body: {} }
  const answer =
    of.kind === 'application'
      ? await client.call('POST /v1/applications/{id}/challenge', given, device)
      : await client.call('POST /v1/certificates/{id}/challenge', given, device)
  if (!answer.ok) throw new NotGiven(answer)
  return answer.body
}

async function send(
  { client, keeper }: PageContext,
  of: FaceOf,
  { challenge }: Challenge,
  frames: Frames,
): Promise<Issued> {
  const device = await keeper.device()
  const holderKey = await publicJwkOf(holderOf(of))
  const given = { params: { id: idOf(of) }, body: { challenge, frames, holderKey } }
  const answer =
    of.kind === 'application'
      ? await client.call('POST /v1/applications/{id}/face', given, device)
      : await client.call('POST /v1/certificates/{id}/passes', given, device)
  if (!answer.ok) throw new NotGiven(answer)
  return answer.body
}

const idOf = (of: FaceOf): string =>
  of.kind === 'application' ? of.application.id : of.certificate.id

const holderOf = (of: FaceOf): CryptoKeyPair =>
  of.kind === 'application' ? of.application.holder : of.certificate.holder

/** A code from the window puts the certificate that was issued there on this phone, with its first pass. */
import { makePhoneKey, publicJwkOf } from '../shared/phone-keys.ts'
import { certificateOf } from './issued.ts'
import type { KeptCertificate } from './kept.ts'
import { type PageContext, waitedFor } from './page-context.ts'

export interface ClaimStep {
  /** To where the code is typed. */
  begin(): void
  /** As it was typed. */
  claim(code: string): Promise<void>
}

export function createClaimStep(
  page: PageContext,
  onIssued: (certificate: KeptCertificate) => Promise<void>,
): ClaimStep {
  const { screen, client, keeper } = page

  async function claim(code: string): Promise<void> {
    const holder = await makePhoneKey()
    const body = { code: code.trim(), holderKey: await publicJwkOf(holder) }
    const device = await keeper.device()
    const answer = await client.call('POST /v1/certificates/claim', { body }, device)
    // Whose it is stands on the window's screen alone.
    if (answer.ok) await onIssued(await certificateOf(page, answer.body, holder, undefined))
    else if (answer.why === 'refused') screen.value = { at: 'claim', refusal: answer.problem }
    else screen.value = { at: 'unreachable', again: () => void waitedFor(page, () => claim(code)) }
  }

  return {
    begin() {
      screen.value = { at: 'claim' }
    },
    claim: code => waitedFor(page, () => claim(code)),
  }
}

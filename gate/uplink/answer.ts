/**
 * What the service's answer to an upload means. Pure. An answer counts only for what was sent in that
 * request: rows below what it acknowledges are dropped.
 */
import { type Upload, uploadAnswerSchema } from '../contract/events.ts'
import type { ServiceAnswer } from '../net/service-client.ts'

export type Heard =
  /** Every row below `next` is stored; where `next` is the first that was sent, none of them. */
  | { readonly is: 'stored'; readonly next: number }
  /** The service lacks the rows from `next` on, which it acknowledged before. */
  | { readonly is: 'lacking'; readonly next: number }
  | { readonly is: 'forked' }
  /** It can't take these rows, or not so many. */
  | { readonly is: 'refused'; readonly detail: string }
  /** Nothing can be done about it here: no answer, another one's, or one that says nothing of rows. */
  | {
      readonly is: 'implausible' | 'unreachable' | 'denied' | 'redirected'
      readonly detail: string
    }

/** Bad Request, Content Too Large, Unprocessable Content (RFC 9110 §15.5): about what was sent. */
const ABOUT_THE_ROWS: readonly number[] = [400, 413, 422]

export function hear({ gap, rows }: Upload, answer: ServiceAnswer): Heard {
  const { status, failure } = answer
  const first = rows[0]?.seq ?? 0
  const last = rows.at(-1)?.seq ?? 0
  const said = uploadAnswerSchema.safeParse(answer.body).data?.next
  if (status === 200 && said !== undefined) {
    if (first <= said && said <= last + 1) return { is: 'stored', next: said }
    return { is: 'implausible', detail: `next ${said} for rows ${first} to ${last}` }
  }
  const code = codeOf(answer.body)
  if (status === 409 && code === 'CHAIN_GAP' && said !== undefined) {
    if (said < (gap?.from ?? first)) return { is: 'lacking', next: said }
    return { is: 'implausible', detail: `CHAIN_GAP from ${said} for rows ${first} to ${last}` }
  }
  if (status === 409 && code === 'CHAIN_FORK') return { is: 'forked' }
  if (status === 0 || status >= 500) {
    return { is: 'unreachable', detail: failure ?? `status ${status}` }
  }
  if (failure !== undefined) return { is: 'redirected', detail: failure }
  const detail = `status ${status}, ${code ?? 'no code'}`
  return { is: ABOUT_THE_ROWS.includes(status) ? 'refused' : 'denied', detail }
}

/** The code of a problem document, as far as it is one. */
function codeOf(body: unknown): string | undefined {
  const code = (body as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && /^[A-Z0-9_]{1,40}$/.test(code) ? code : undefined
}

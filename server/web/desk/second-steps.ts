/** The second member of staff: decides about a certificate that another asked for; and appeals. */
import type { Appeal, Approval } from '../shared/api.d.ts'
import { type DeskContext, troubleOf } from './desk-context.ts'
import type { FindSteps } from './find-steps.ts'
import type { OpenAppeal } from './screens.ts'

export interface SecondSteps {
  /** Opens one of the queue: to decide, or one's own. */
  open(approval: Approval): Promise<void>
  decide(approval: Approval, outcome: 'approved' | 'declined', reason: string): Promise<void>
  /** Takes an appeal, and shows who made it. */
  take(appeal: Appeal): Promise<void>
  resolve(appeal: OpenAppeal, outcome: 'upheld' | 'rejected', note: string): Promise<void>
}

/** `onChanged`: the queue is another one now. */
export function createSecondSteps(
  page: DeskContext,
  { find, onChanged }: { readonly find: FindSteps; readonly onChanged: () => void },
): SecondSteps {
  const { act } = page
  const isOwn = ({ askedBy }: Approval) =>
    page.screen.value.at === 'in' && page.screen.value.me.id === askedBy

  async function openOwn(approval: Approval): Promise<void> {
    const route = 'GET /v1/desk/approvals/{id}'
    const answer = await page.work(route, { params: { id: approval.id } })
    if (!answer.ok) {
      act.value = { is: 'trouble', trouble: troubleOf(page, route, answer) }
      return
    }
    const { claim, approval: now } = answer.body
    const expiresAt = Date.parse(claim?.expiresAt ?? now.expiresAt)
    act.value = { is: 'approval', approval: now, code: claim?.code, expiresAt }
  }

  return {
    async open(approval) {
      const canDecide = page.may('approval.decide') && approval.state === 'waiting'
      if (isOwn(approval) || !canDecide) return openOwn(approval)
      act.value = { is: 'decide', approval }
    },
    async decide(approval, outcome, reason) {
      const route =
        outcome === 'approved'
          ? 'POST /v1/desk/approvals/{id}/approve'
          : 'POST /v1/desk/approvals/{id}/decline'
      const given = { params: { id: approval.id }, body: { reason: reason.trim() } }
      const answer = await page.work(route, given)
      act.value = answer.ok
        ? { is: 'decided', approval, outcome }
        : { is: 'decide', approval, trouble: troubleOf(page, route, answer) }
      onChanged()
    },
    async take({ id }) {
      const route = 'POST /v1/appeals/{id}/take'
      const answer = await page.work(route, { params: { id }, body: {} })
      onChanged()
      if (!answer.ok) {
        act.value = { is: 'trouble', trouble: troubleOf(page, route, answer) }
        return
      }
      const { text, contact } = answer.body.appeal
      const shown = find.show(answer.body.person, 'appeal')
      act.value = { is: 'appeal', appeal: { id, text, contact: contact ?? undefined } }
      await shown
    },
    async resolve(appeal, outcome, note) {
      const route = 'POST /v1/appeals/{id}/resolve'
      const given = { params: { id: appeal.id }, body: { outcome, note: note.trim() } }
      const answer = await page.work(route, given)
      act.value = answer.ok
        ? { is: 'resolved', outcome }
        : { is: 'appeal', appeal, trouble: troubleOf(page, route, answer) }
      onChanged()
    },
  }
}

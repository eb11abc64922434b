/** The second approver's decision, one's own request, and an appeal in hand. */
import type { Desk } from '../desk.ts'
import type { Act } from '../screens.ts'
import { say } from '../texts.ts'
import { Done } from './form-parts.tsx'
import { ReasonForm } from './reason-form.tsx'
import { ClaimCode } from './window-forms.tsx'

type Of<K extends Act['is']> = { readonly desk: Desk } & Extract<Act, { is: K }>

export function Decide({ desk, approval, trouble }: Of<'decide'>) {
  const end = (outcome: 'approved' | 'declined') => (reason: string) =>
    void desk.second.decide(approval, outcome, reason)
  return (
    <ReasonForm
      desk={desk}
      title={say('decide.title')}
      trouble={trouble}
      submit="decide.approve"
      other={{ text: 'decide.decline', run: end('declined') }}
      run={end('approved')}
    >
      <p>
        <b>{approval.person.maskedName}</b> · {say(`type.${approval.person.documentType}`)}
      </p>
      <p class="quiet">{say('decide.asked')}</p>
      <p>{approval.reason}</p>
      <p class="note">
        {say('decide.text')}
        {approval.replaces !== null && ` ${say('decide.replaces')}`}
      </p>
    </ReasonForm>
  )
}

const TONES = { waiting: 'retry', approved: 'pass', declined: 'refuse', expired: 'refuse' } as const

export function OwnApproval({ desk, approval, code }: Of<'approval'>) {
  const { state } = approval
  const isUsedUp = state === 'approved' && code === undefined
  return (
    <Done desk={desk} tone={TONES[state]} title={approval.person.maskedName}>
      <p>{say(isUsedUp ? 'approval.used-up' : `approval.${state}`)}</p>
      {code !== undefined && <ClaimCode code={code} />}
      {state === 'waiting' && <p class="quiet">{say('approval.own')}</p>}
    </Done>
  )
}

export function AppealForm({ desk, appeal, trouble }: Of<'appeal'>) {
  const end = (outcome: 'upheld' | 'rejected') => (note: string) =>
    void desk.second.resolve(appeal, outcome, note)
  return (
    <ReasonForm
      desk={desk}
      title={say('take.title')}
      trouble={trouble}
      field="note"
      submit="take.upheld"
      other={{ text: 'take.rejected', run: end('rejected') }}
      run={end('upheld')}
    >
      <p class="quiet">{say('take.text')}</p>
      <blockquote>{appeal.text}</blockquote>
      {appeal.contact !== undefined && (
        <p>
          <span class="quiet">{say('take.contact')}</span> {appeal.contact}
        </p>
      )}
      <p class="note">{say('take.how')}</p>
    </ReasonForm>
  )
}

export function Resolved({ desk, outcome }: Of<'resolved'>) {
  return (
    <Done
      desk={desk}
      tone={outcome === 'upheld' ? 'pass' : 'refuse'}
      title={say(`resolved.${outcome}`)}
    >
      <p>{say('resolved.text')}</p>
    </Done>
  )
}

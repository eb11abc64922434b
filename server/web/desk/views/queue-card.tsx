/** What waits: approvals and appeals, live. */
import type { ComponentChildren } from 'preact'
import type { Appeal, Approval } from '../../shared/api.d.ts'
import { useHeldFocus } from '../../shared/focus.ts'
import { language } from '../../shared/language.ts'
import { QUEUE_ROWS } from '../../shared/limits.ts'
import { SendButton } from '../../shared/sending.tsx'
import { clockTime, timeLeft } from '../../shared/shown-time.ts'
import type { Loaded } from '../../shared/staff/staff-screen.ts'
import type { Desk } from '../desk.ts'
import { keyShortcut, keyText } from '../keys.ts'
import { say, type TextKey } from '../texts.ts'

export function QueueCard({ desk }: { readonly desk: Desk }) {
  const isSecond = desk.may('approval.decide')
  const card = useHeldFocus<HTMLElement>()
  return (
    <section
      ref={card}
      class="card queue"
      id="queue"
      tabIndex={-1}
      aria-keyshortcuts={keyShortcut('queue')}
    >
      <h2>
        {say(isSecond ? 'queue.approvals' : 'queue.own')} <kbd>{keyText('queue')}</kbd>
      </h2>
      <Rows
        rows={desk.queue.approvals.value}
        none={isSecond ? 'queue.approvals.none' : 'queue.own.none'}
      >
        {approval => <ApprovalRow key={approval.id} desk={desk} approval={approval} />}
      </Rows>
      <h2>{say('queue.appeals')}</h2>
      <Rows rows={desk.queue.appeals.value} none="queue.appeals.none">
        {appeal => <AppealRow key={appeal.id} desk={desk} appeal={appeal} />}
      </Rows>
    </section>
  )
}

interface RowsProps<T> {
  readonly rows: Loaded<readonly T[]>
  readonly none: TextKey
  readonly children: (row: T) => ComponentChildren
}

function Rows<T>({ rows, none, children }: RowsProps<T>) {
  if (rows.is === 'here' && rows.value.length > 0) {
    return (
      <>
        <ul>{rows.value.map(children)}</ul>
        {rows.value.length === QUEUE_ROWS && (
          <p class="quiet">{say('queue.more', { n: QUEUE_ROWS })}</p>
        )}
      </>
    )
  }
  const text: Readonly<Record<typeof rows.is, TextKey>> = {
    ...{ here: none, none, loading: 'queue.loading' },
    ...{ forbidden: 'queue.forbidden', away: 'queue.away' },
  }
  return <p class="quiet">{say(text[rows.is])}</p>
}

const TONES = { waiting: 'retry', approved: 'pass', declined: 'refuse', expired: 'refuse' } as const

function ApprovalRow({ desk, approval }: { readonly desk: Desk; readonly approval: Approval }) {
  const { person, reason, state, expiresAt, askedBy } = approval
  const { value } = desk.screen
  const isOwn = value.at === 'in' && value.me.id === askedBy && desk.may('approval.decide')
  const left = timeLeft(Date.parse(expiresAt) - desk.now(), language.value)
  return (
    <li>
      <SendButton waiting={desk.waiting} press={() => void desk.second.open(approval)}>
        <span>
          {person.maskedName}
          {isOwn && <small> · {say('queue.own.mark')}</small>}
        </span>
        <span class={`state ${TONES[state]}`}>{say(`state.${state}`, { left })}</span>
        <small>{reason}</small>
      </SendButton>
    </li>
  )
}

function AppealRow({ desk, appeal }: { readonly desk: Desk; readonly appeal: Appeal }) {
  const at = clockTime(Date.parse(appeal.madeAt), desk.now(), language.value)
  const isTaken = appeal.state === 'taken'
  return (
    <li>
      <SendButton waiting={desk.waiting} press={() => void desk.second.take(appeal)}>
        <span>{appeal.person.maskedName}</span>
        <span class={`state ${isTaken ? 'retry' : 'refuse'}`}>
          {say(isTaken ? 'appeal.taken' : 'appeal.open')}
        </span>
        <small>{say('appeal.at', { at })}</small>
      </SendButton>
    </li>
  )
}

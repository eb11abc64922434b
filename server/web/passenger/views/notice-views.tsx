/** The views that say why something did not happen, and what to do next. */
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { IconName } from '../../shared/icons.tsx'
import { language } from '../../shared/language.ts'
import { Field, Heading, Notice, type Tone } from '../../shared/parts.tsx'
import { SendButton, SendForm, SubmitButton } from '../../shared/sending.tsx'
import type { Refusal } from '../../shared/service-client.ts'
import type { KeptApplication } from '../kept.ts'
import type { Passenger } from '../passenger.ts'
import { refusalOf } from '../refusals.ts'
import type { Ended, FaceOf, Trouble } from '../screens.ts'
import { say } from '../texts.ts'
import { Waited } from './waited.tsx'

interface ViewProps {
  readonly passenger: Passenger
}

interface RefusedProps extends ViewProps {
  readonly problem: Refusal
  readonly of: FaceOf | undefined
}

export function Refused({ passenger, problem, of }: RefusedProps) {
  const { title, tone, icon, canRetry, canEdit, canAppeal, isOver } = refusalOf(problem, of)
  const left = problem.triesLeft
  return (
    <Notice tone={tone} icon={icon} title={say(title)}>
      <p>{problem.next?.[language.value] ?? problem.title}</p>
      {left !== undefined && left > 0 && canRetry && (
        <p class="quiet">{say('refused.left', { n: left })}</p>
      )}
      <div class="actions">
        {canRetry && of !== undefined && (
          <button type="button" class="button wide" onClick={() => passenger.checkFace(of)}>
            {say('again')}
          </button>
        )}
        {isOver && (
          <button type="button" class="button wide" onClick={passenger.restart}>
            {say(problem.code === 'QUOTA_USED' ? 'back' : 'refused.restart')}
          </button>
        )}
        {canEdit && (
          <button type="button" class="button line wide" onClick={passenger.steps.fillIn}>
            {say('refused.edit')}
          </button>
        )}
        {canAppeal && of?.kind === 'application' && (
          <button
            type="button"
            class="button plain"
            onClick={() => passenger.steps.beginAppeal(of.application)}
          >
            {say('refused.appeal')}
          </button>
        )}
        {of?.kind === 'certificate' ? (
          <button type="button" class="button plain" onClick={() => passenger.back(of.certificate)}>
            {say('refused.show')}
          </button>
        ) : (
          !isOver && (
            <button type="button" class="button plain" onClick={passenger.restart}>
              {say('back')}
            </button>
          )
        )}
      </div>
    </Notice>
  )
}

export function Unreachable({ passenger, again }: ViewProps & { readonly again: () => void }) {
  const title = navigator.onLine ? 'unreachable.title' : 'unreachable.offline'
  return (
    <Notice tone="retry" icon="cloud" title={say(title)}>
      <p>{say('unreachable.text')}</p>
      <p class="quiet">{say('window')}</p>
      <div class="actions">
        <SendButton waiting={passenger.waiting} class="button wide" press={again} spins>
          {say('again')}
        </SendButton>
        <Waited passenger={passenger} />
      </div>
    </Notice>
  )
}

interface AppealProps extends ViewProps {
  readonly application: KeptApplication
  readonly refusal?: Refusal
}

export function Appeal({ passenger, application, refusal }: AppealProps) {
  const [text, setText] = useState('')
  const [contact, setContact] = useState('')
  const field = useRef<HTMLTextAreaElement>(null)
  // What is wrong is read out with the field.
  useLayoutEffect(() => {
    if (refusal !== undefined) field.current?.focus()
  }, [refusal])
  return (
    <SendForm
      waiting={passenger.waiting}
      class="column"
      send={() => {
        if (text.trim() !== '') void passenger.steps.appeal(application, text, contact)
      }}
    >
      <Heading>{say('appeal.title')}</Heading>
      <p>{say('appeal.text')}</p>
      <div class="card fields">
        <Field
          id="what"
          label={say('appeal.what')}
          hint={say('appeal.what.hint')}
          fault={refusal?.next?.[language.value]}
        >
          <textarea
            ref={field}
            id="what"
            rows={5}
            maxLength={500}
            required
            value={text}
            aria-describedby="what-hint"
            onInput={event => setText(event.currentTarget.value)}
          />
        </Field>
        <Field
          id="contact"
          label={say('appeal.contact')}
          hint={say('appeal.contact.hint')}
          fault={undefined}
        >
          <input
            id="contact"
            maxLength={100}
            value={contact}
            aria-describedby="contact-hint"
            onInput={event => setContact(event.currentTarget.value)}
          />
        </Field>
      </div>
      <div class="actions">
        <SubmitButton waiting={passenger.waiting} class="button wide">
          {say('appeal.send')}
        </SubmitButton>
        <Waited passenger={passenger} />
        <SendButton waiting={passenger.waiting} class="button plain" press={passenger.restart}>
          {say('back')}
        </SendButton>
      </div>
    </SendForm>
  )
}

export function Appealed({ passenger }: ViewProps) {
  return (
    <Notice tone="pass" icon="letter" title={say('appealed.title')}>
      <p>{say('appealed.text')}</p>
      <div class="actions">
        <button type="button" class="button line wide" onClick={passenger.restart}>
          {say('back')}
        </button>
      </div>
    </Notice>
  )
}

const LOOK: Readonly<Record<Ended, { readonly tone: Tone; readonly icon: IconName }>> = {
  expired: { tone: 'calm', icon: 'clock' },
  cancelled: { tone: 'calm', icon: 'check' },
  replaced: { tone: 'retry', icon: 'phone' },
  revoked: { tone: 'refuse', icon: 'cross' },
  unknown: { tone: 'retry', icon: 'cloud' },
}

export function EndedView({ passenger, why }: ViewProps & { readonly why: Ended }) {
  return (
    <Notice {...LOOK[why]} title={say(`ended.${why}.title`)}>
      <p>{say(`ended.${why}.text`)}</p>
      <div class="actions">
        <button type="button" class="button wide" onClick={passenger.steps.fillIn}>
          {say('ended.apply')}
        </button>
      </div>
    </Notice>
  )
}

interface TroubleProps {
  readonly trouble: Trouble
  readonly useHere: () => void
}

const TROUBLE_ICONS: Readonly<Record<Trouble, IconName>> = {
  STORAGE_BLOCKED: 'store',
  STORAGE_FULL: 'store',
  SECOND_TAB: 'tabs',
  NO_CRYPTO: 'lock',
  FAULT: 'alert',
}

export function TroubleView({ trouble, useHere }: TroubleProps) {
  return (
    <Notice tone="retry" icon={TROUBLE_ICONS[trouble]} title={say(`trouble.${trouble}.title`)}>
      <p>{say(`trouble.${trouble}.text`)}</p>
      <div class="actions">
        <button type="button" class="button wide" onClick={useHere}>
          {say(trouble === 'SECOND_TAB' ? 'trouble.SECOND_TAB.do' : 'again')}
        </button>
      </div>
      {trouble !== 'SECOND_TAB' && <p class="quiet">{say('window')}</p>}
    </Notice>
  )
}

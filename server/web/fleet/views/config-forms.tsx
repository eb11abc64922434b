/** A new config: its text, what it changes with a reason and a time to confirm in, and what came of it. */
import { useState } from 'preact/hooks'
import { CONFIRM_MINUTES, CONFIRM_MINUTES_MAX } from '../../../limits.ts'
import { useFocus } from '../../shared/focus.ts'
import { Field, Spinner } from '../../shared/parts.tsx'
import type { Outcome } from '../config-outcome.ts'
import type { Configs, Draft } from '../config-steps.ts'
import { say } from '../texts.ts'
import { Changes } from './changes.tsx'
import { Form, Line, ReasonLine } from './forms.tsx'
import { At, type FleetProps } from './parts.tsx'

interface EditProps extends FleetProps {
  readonly draft: Extract<Draft, { is: 'edit' }>
}

export function EditForm({ fleet, draft }: EditProps) {
  const [text, setText] = useState(draft.text)
  const area = useFocus<HTMLTextAreaElement>()
  return (
    <section class="card pad">
      <Form
        fleet={fleet}
        title={say('config.edit')}
        submit="config.review"
        run={() => fleet.configs.review(text)}
        callOff={fleet.configs.callOff}
      >
        {draft.from === 0 && <p class="note">{say('config.example')}</p>}
        <p class="note">{say('config.edit.text')}</p>
        <Field
          id="config"
          label={say('config.json')}
          hint={say('config.json.hint')}
          fault={faultOf(draft.fault)}
        >
          <textarea
            {...{ ref: area, id: 'config', rows: 22, value: text, spellcheck: false }}
            class="json"
            wrap="off"
            autoComplete="off"
            aria-describedby="config-hint"
            aria-invalid={draft.fault !== undefined}
            onInput={event => setText(event.currentTarget.value)}
          />
        </Field>
      </Form>
    </section>
  )
}

function faultOf(fault: string | undefined): string | undefined {
  if (fault === undefined) return undefined
  return fault === '' ? say('config.no-object') : say('config.no-json', { why: fault })
}

interface ReviewProps extends FleetProps {
  readonly configs: Configs
  readonly draft: Extract<Draft, { is: 'review' }>
}

export function ReviewForm({ fleet, configs, draft }: ReviewProps) {
  const [reason, setReason] = useState('')
  const [minutes, setMinutes] = useState(String(CONFIRM_MINUTES))
  const [isSent, setIsSent] = useState(false)
  const count = Number(minutes)
  const isCount = Number.isInteger(count) && count >= 1 && count <= CONFIRM_MINUTES_MAX
  const isEmpty = reason.trim() === ''
  const isOlder = draft.from !== configs.revision
  return (
    <section class="card pad">
      <Form
        fleet={fleet}
        title={isOlder ? say('config.back.title', { n: draft.from }) : say('config.review.title')}
        trouble={draft.trouble}
        submit="config.give"
        run={() => {
          setIsSent(true)
          if (!isEmpty && isCount) void fleet.configs.give(reason, count)
        }}
        callOff={fleet.configs.callOff}
      >
        <Changes changes={draft.changes} />
        <button type="button" class="button plain start" onClick={fleet.configs.edit}>
          {say('config.change-text')}
        </button>
        <ReasonLine value={reason} put={setReason} isMissing={isSent && isEmpty} takesFocus />
        <Line
          id="minutes"
          label={say('config.minutes')}
          hint={say('config.minutes.hint')}
          value={minutes}
          put={setMinutes}
          max={2}
          fault={
            isSent && !isCount
              ? say('config.minutes.wrong', { max: CONFIRM_MINUTES_MAX })
              : undefined
          }
        />
      </Form>
    </section>
  )
}

const TONES = {
  waits: 'calm',
  tried: 'retry',
  confirmed: 'pass',
  reverted: 'refuse',
  refused: 'refuse',
} as const satisfies Record<Outcome['is'], string>

interface GivenProps extends FleetProps {
  readonly draft: Extract<Draft, { is: 'given' }>
}

export function GivenCard({ fleet, draft }: GivenProps) {
  const { outcome, revision, confirmMinutes } = draft
  const isOpen = outcome.is === 'waits' || outcome.is === 'tried'
  const close = useFocus<HTMLButtonElement>()
  return (
    <section class="card pad given">
      <h2>{say('config.given', { n: revision })}</h2>
      <p role="status">
        <span class={`state ${TONES[outcome.is]}`}>{say(`outcome.${outcome.is}`)}</span>
        {isOpen && <Spinner />}
      </p>
      <p>{say(`outcome.${outcome.is}.text`, { n: confirmMinutes })}</p>
      {'why' in outcome && <p class="trouble">{outcome.why}</p>}
      {'at' in outcome && (
        <p class="quiet">
          <At fleet={fleet} at={outcome.at} />
        </p>
      )}
      <button ref={close} type="button" class="button line" onClick={fleet.configs.callOff}>
        {say('config.revisions')}
      </button>
    </section>
  )
}

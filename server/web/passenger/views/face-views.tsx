/** The views of the face check: before it, while it goes on, and without a camera. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { useHeldFocus } from '../../shared/focus.ts'
import { Icon } from '../../shared/icons.tsx'
import { Heading, Notice, Patient, Spinner } from '../../shared/parts.tsx'
import type { CameraFault } from '../camera.ts'
import type { Passenger } from '../passenger.ts'
import type { FaceOf, FaceStep } from '../screens.ts'
import { say } from '../texts.ts'

interface FaceProps {
  readonly passenger: Passenger
  readonly of: FaceOf
}

export function Ready({ passenger, of }: FaceProps) {
  return (
    <section class="column">
      <Heading>{say('ready.title')}</Heading>
      <div class="card poses" aria-hidden="true">
        {(['left', 'ahead', 'right'] as const).map(pose => (
          <span key={pose} class={`pose ${pose}`}>
            <Icon name="person" />
            <Icon name={pose} />
          </span>
        ))}
      </div>
      <p>{say('ready.text')}</p>
      <p>{say('ready.how')}</p>
      <div class="actions">
        <button type="button" class="button wide" onClick={() => passenger.checkFace(of)}>
          <Icon name="camera" />
          {say('ready.start')}
        </button>
        {of.kind === 'certificate' ? (
          <button type="button" class="button plain" onClick={() => passenger.back(of.certificate)}>
            {say('back')}
          </button>
        ) : (
          <button type="button" class="button plain" onClick={passenger.restart}>
            {say('ready.new')}
          </button>
        )}
      </div>
      <p class="quiet middle">{say('window')}</p>
    </section>
  )
}

export function Face({ passenger, step }: FaceProps & { readonly step: FaceStep }) {
  const waiting = passenger.waiting.value
  const slow = waiting === 'slow' || waiting === 'very-slow' ? say(waiting) : undefined
  const section = useHeldFocus<HTMLElement>()
  // What began it is gone.
  useLayoutEffect(() => section.current?.focus(), [])
  return (
    <section
      ref={section}
      class="face"
      tabIndex={-1}
      data-prompt={step.kind === 'prompt' ? step.prompt : undefined}
      aria-label={say('face.title')}
    >
      <div class="prompt" role="status">
        <PromptText step={step} />
      </div>
      <div class="oval">
        <Preview step={step} />
        {step.kind !== 'prompt' && <Spinner />}
      </div>
      <Progress step={step} />
      <Patient text={slow ?? hintOf(step)} />
      {step.kind !== 'sending' && (
        <button type="button" class="button plain" onClick={passenger.breakOff}>
          {say('face.stop')}
        </button>
      )}
    </section>
  )
}

function PromptText({ step }: { readonly step: FaceStep }) {
  switch (step.kind) {
    case 'opening':
      return <h1>{say('face.opening')}</h1>
    case 'challenge':
      return <h1>{say('face.challenge')}</h1>
    case 'sending':
      return <h1>{say('face.sending')}</h1>
    case 'prompt':
      return (
        <h1>
          {step.prompt === 'left' && <Icon name="left" />}
          {say(`face.${step.prompt}`)}
          {step.prompt === 'right' && <Icon name="right" />}
        </h1>
      )
  }
}

function hintOf({ kind }: FaceStep): string | undefined {
  if (kind === 'opening') return say('face.opening.hint')
  if (kind === 'sending') return say('face.sending.hint')
  return undefined
}

/** One part a prompt; those that are done are full. */
function Progress({ step }: { readonly step: FaceStep }) {
  if (step.kind !== 'prompt') return <div class="progress" />
  const { at, of } = step
  return (
    <div class="progress" role="img" aria-label={say('face.progress', { at: at + 1, of })}>
      {Array.from({ length: of }, (_, i) => (
        <i key={i} class={i < at ? 'done' : i === at ? 'now' : ''} />
      ))}
    </div>
  )
}

/** What the camera sees, as in a mirror. */
function Preview({ step }: { readonly step: FaceStep }) {
  const place = useRef<HTMLDivElement>(null)
  const preview = 'camera' in step ? step.camera.preview : undefined
  useLayoutEffect(() => {
    if (preview === undefined) place.current?.replaceChildren()
    else if (preview.parentElement !== place.current) place.current?.replaceChildren(preview)
  }, [preview])
  return <div ref={place} class="mirror" />
}

export function NoCamera({ passenger, of, fault }: FaceProps & { readonly fault: CameraFault }) {
  return (
    <Notice tone="retry" icon="camera" title={say(`camera.${fault}.title`)}>
      <p>{say(`camera.${fault}.text`)}</p>
      <p class="quiet">{say('window')}</p>
      <div class="actions">
        <button type="button" class="button wide" onClick={() => passenger.checkFace(of)}>
          {say('again')}
        </button>
        {of.kind === 'certificate' && (
          <button type="button" class="button plain" onClick={() => passenger.back(of.certificate)}>
            {say('refused.show')}
          </button>
        )}
      </div>
    </Notice>
  )
}

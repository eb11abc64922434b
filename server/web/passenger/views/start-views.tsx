/** The views before there is an application: welcome and consent. */
import { useState } from 'preact/hooks'
import { Icon } from '../../shared/icons.tsx'
import { Heading, Patient, Spinner } from '../../shared/parts.tsx'
import type { Passenger } from '../passenger.ts'
import { say } from '../texts.ts'
import { UsesCard } from './uses-card.tsx'

interface ViewProps {
  readonly passenger: Passenger
}

export function Welcome({ passenger }: ViewProps) {
  const steps = [
    ['person', 'welcome.step1'],
    ['camera', 'welcome.step2'],
    ['code', 'welcome.step3'],
  ] as const
  return (
    <section class="column">
      <Heading>{say('welcome.title')}</Heading>
      <p>{say('welcome.text')}</p>
      <ol class="card steps">
        {steps.map(([icon, text], i) => (
          <li key={text}>
            <span class="badge calm">
              <Icon name={icon} />
            </span>
            <span>
              <span class="number">{i + 1}</span> {say(text)}
            </span>
          </li>
        ))}
      </ol>
      <button type="button" class="button wide" onClick={passenger.steps.fillIn}>
        {say('welcome.apply')}
      </button>
      <button type="button" class="button plain" onClick={passenger.claim.begin}>
        {say('claim.open')}
      </button>
      <UsesCard />
      <p class="quiet middle">
        {say('welcome.note')}
        <br />
        {say('window')}
      </p>
    </section>
  )
}

export function Consent({ passenger, isMinor }: ViewProps & { readonly isMinor: boolean }) {
  const [byGuardian, setByGuardian] = useState(false)
  const waiting = passenger.waiting.value
  const isBusy = waiting !== 'no'
  const points = ['consent.use', 'consent.drop', 'consent.marks'] as const
  return (
    <section class="column">
      <Heading>{say('consent.title')}</Heading>
      <p>{say('consent.text')}</p>
      <ul class="card points">
        {points.map(point => (
          <li key={point}>
            <Icon name="check" />
            <span>{say(point)}</span>
          </li>
        ))}
      </ul>
      {isMinor && (
        <label class="card tick">
          <input
            type="checkbox"
            checked={byGuardian}
            onChange={event => setByGuardian(event.currentTarget.checked)}
          />
          <span>
            {say('consent.guardian')}
            <br />
            <span class="quiet">{say('consent.minor')}</span>
          </span>
        </label>
      )}
      <p class="quiet">{say('consent.choice')}</p>
      <div class="actions">
        <button
          type="button"
          class="button wide"
          disabled={isBusy || (isMinor && !byGuardian)}
          onClick={() => passenger.steps.consent(byGuardian)}
        >
          {isBusy && <Spinner />}
          {say('consent.agree')}
        </button>
        <Patient text={waiting === 'slow' || waiting === 'very-slow' ? say(waiting) : undefined} />
        <button
          type="button"
          class="button plain"
          disabled={isBusy}
          onClick={passenger.steps.fillIn}
        >
          {say('back')}
        </button>
      </div>
    </section>
  )
}

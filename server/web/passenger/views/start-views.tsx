/** The views before there is an application: welcome and consent. */
import { useState } from 'preact/hooks'
import { Icon } from '../../shared/icons.tsx'
import { Heading } from '../../shared/parts.tsx'
import { SendButton } from '../../shared/sending.tsx'
import type { Passenger } from '../passenger.ts'
import { say } from '../texts.ts'
import { UsesCard } from './uses-card.tsx'
import { Waited } from './waited.tsx'

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
        <SendButton
          waiting={passenger.waiting}
          class="button wide"
          disabled={isMinor && !byGuardian}
          press={() => void passenger.steps.consent(byGuardian)}
          spins
        >
          {say('consent.agree')}
        </SendButton>
        <Waited passenger={passenger} />
        <SendButton waiting={passenger.waiting} class="button plain" press={passenger.steps.fillIn}>
          {say('back')}
        </SendButton>
      </div>
    </section>
  )
}

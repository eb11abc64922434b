/** The passenger's page: its head, and the view of the screen that it is at. */
import { useEffect } from 'preact/hooks'
import { language, TAGS } from '../../shared/language.ts'
import { Spinner } from '../../shared/parts.tsx'
import type { Passenger } from '../passenger.ts'
import type { Screen } from '../screens.ts'
import { say } from '../texts.ts'
import { Cancel, Certificate } from './certificate-view.tsx'
import { Claim } from './claim-view.tsx'
import { Face, NoCamera, Ready } from './face-views.tsx'
import { Form } from './form-view.tsx'
import { Appeal, Appealed, EndedView, Refused, TroubleView, Unreachable } from './notice-views.tsx'
import { Consent, Welcome } from './start-views.tsx'

interface AppProps {
  readonly passenger: Passenger
  /** After a trouble: takes the page over from another tab, or opens it again. */
  readonly useHere: () => void
}

export function App({ passenger, useHere }: AppProps) {
  const screen = passenger.screen.value
  const other = language.value === 'zh' ? 'en' : 'zh'
  useEffect(() => {
    document.documentElement.lang = TAGS[language.value]
    document.title = say('title')
  })
  return (
    <>
      <header>
        <span class="name">{say('title')}</span>
        <button
          type="button"
          class="button plain"
          lang={TAGS[other]}
          onClick={() => passenger.speak(other)}
        >
          {say('language')}
        </button>
      </header>
      <main data-at={screen.at} class={screen.at === 'certificate' ? 'wide' : ''}>
        <View passenger={passenger} screen={screen} useHere={useHere} />
      </main>
    </>
  )
}

function View({ passenger, screen, useHere }: AppProps & { readonly screen: Screen }) {
  switch (screen.at) {
    case 'loading':
      return (
        <section class="notice" role="status">
          <Spinner />
          <p>{say('loading')}</p>
        </section>
      )
    case 'trouble':
      return <TroubleView trouble={screen.trouble} useHere={useHere} />
    case 'welcome':
      return <Welcome passenger={passenger} />
    case 'form':
      return <Form passenger={passenger} {...screen} />
    case 'consent':
      return <Consent passenger={passenger} isMinor={screen.isMinor} />
    case 'claim':
      return <Claim passenger={passenger} {...screen} />
    case 'ready':
      return <Ready passenger={passenger} of={screen.of} />
    case 'face':
      return <Face passenger={passenger} of={screen.of} step={screen.step} />
    case 'no-camera':
      return <NoCamera passenger={passenger} of={screen.of} fault={screen.fault} />
    case 'refused':
      return <Refused passenger={passenger} problem={screen.problem} of={screen.of} />
    case 'unreachable':
      return <Unreachable passenger={passenger} again={screen.again} />
    case 'appeal':
      return <Appeal passenger={passenger} {...screen} />
    case 'appealed':
      return <Appealed passenger={passenger} />
    case 'certificate':
      return <Certificate passenger={passenger} certificate={screen.certificate} />
    case 'cancel':
      return <Cancel passenger={passenger} certificate={screen.certificate} />
    case 'ended':
      return <EndedView passenger={passenger} why={screen.why} />
  }
}

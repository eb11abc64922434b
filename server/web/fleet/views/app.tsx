/** The fleet's page: its head, and the view of the place that one is at. */
import { Banner } from '../../shared/parts.tsx'
import type { StaffWords } from '../../shared/staff/staff-page.ts'
import { StaffHead, StaffView } from '../../shared/staff/staff-views.tsx'
import type { ActionName } from '../actions.ts'
import { hashOf, type Place } from '../place.ts'
import { say, troubleText } from '../texts.ts'
import { AuditView } from './audit-view.tsx'
import { EnrolView } from './enrol-view.tsx'
import { GateView } from './gate-view.tsx'
import { GatesView } from './gates-view.tsx'
import type { FleetProps } from './parts.tsx'
import { TrustView } from './trust-view.tsx'

export function App({ fleet }: FleetProps) {
  return (
    <>
      <StaffHead page={fleet} title={say('title')}>
        {fleet.screen.value.at === 'in' && <Places fleet={fleet} />}
      </StaffHead>
      <main data-at={fleet.screen.value.at}>
        <StaffView page={fleet} words={words()}>
          {() => (
            <>
              <Banners fleet={fleet} />
              <Inside fleet={fleet} />
            </>
          )}
        </StaffView>
      </main>
    </>
  )
}

const words = (): StaffWords => ({
  title: say('title'),
  signIn: say('in.title'),
  noRole: { title: say('role.title'), text: say('role.text') },
  fault: { title: say('fault.title'), text: say('fault.text') },
})

const PLACES = ['gates', 'trust', 'audit'] as const satisfies readonly (ActionName & Place['at'])[]

function Places({ fleet }: FleetProps) {
  const { at } = fleet.place.value
  const shown = at === 'gate' || at === 'enrol' ? 'gates' : at
  return (
    <nav class="places" aria-label={say('places')}>
      {PLACES.filter(fleet.may).map(place => (
        <a
          key={place}
          href={hashOf({ at: place })}
          aria-current={place === shown ? 'page' : undefined}
        >
          {say(`place.${place}`)}
        </a>
      ))}
    </nav>
  )
}

function Banners({ fleet }: FleetProps) {
  const isAway = !fleet.isReachable.value || fleet.gates.state.value === 'gone'
  const stuck = fleet.stuck.value
  return (
    <div class="banners" role="status">
      {!fleet.isOnline.value && <Banner icon="cloud" tone="retry" text={say('offline')} />}
      {fleet.isOnline.value && isAway && <Banner icon="cloud" tone="retry" text={say('away')} />}
      {stuck && <Banner icon="alert" tone="retry" text={troubleText(stuck)} />}
    </div>
  )
}

function Inside({ fleet }: FleetProps) {
  const place = fleet.place.value
  switch (place.at) {
    case 'gates':
      return <GatesView key="gates" fleet={fleet} />
    case 'enrol':
      return <EnrolView key="enrol" fleet={fleet} />
    case 'gate':
      return <GateView key={place.gate} fleet={fleet} gate={place.gate} part={place.part} />
    case 'trust':
      return <TrustView key="trust" fleet={fleet} />
    case 'audit':
      return <AuditView key="audit" fleet={fleet} />
  }
}

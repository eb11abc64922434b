/** The desk's page: its head, and the view of the screen that it is at. */
import { Banner } from '../../shared/parts.tsx'
import type { StaffWords } from '../../shared/staff/staff-page.ts'
import { StaffHead, StaffView } from '../../shared/staff/staff-views.tsx'
import type { Desk } from '../desk.ts'
import { say } from '../texts.ts'
import { ActCard } from './act-card.tsx'
import { FindCard } from './find-card.tsx'
import { FoundView } from './found-view.tsx'
import { PaperSheet } from './paper-sheet.tsx'
import { QueueCard } from './queue-card.tsx'

export interface DeskProps {
  readonly desk: Desk
}

export function App({ desk }: DeskProps) {
  return (
    <>
      <StaffHead page={desk} title={say('title')} />
      <main data-at={desk.screen.value.at}>
        <StaffView page={desk} words={words()}>
          {() => <Window desk={desk} />}
        </StaffView>
      </main>
      <PaperSheet desk={desk} />
    </>
  )
}

const words = (): StaffWords => ({
  title: say('title'),
  signIn: say('in.title'),
  noRole: { title: say('role.title'), text: say('role.text') },
  fault: { title: say('fault.title'), text: say('fault.text') },
})

function Window({ desk }: DeskProps) {
  const isOffline = !desk.isReachable.value
  return (
    <>
      <h1 class="unseen">{say('title')}</h1>
      <div class="banners" role="status">
        {isOffline && (
          <Banner icon="cloud" tone="retry" text={say(navigator.onLine ? 'away' : 'offline')} />
        )}
      </div>
      <div class="window">
        <div class="side">
          <FindCard desk={desk} />
          <QueueCard desk={desk} />
        </div>
        <FoundView desk={desk} />
        <ActCard desk={desk} />
      </div>
    </>
  )
}

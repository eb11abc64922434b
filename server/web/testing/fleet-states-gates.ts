/** States of the fleet's page before somebody is signed in, and of the list of gates. */

import { showGates } from './fleet-shown.ts'
import type { FleetState } from './fleet-state.ts'
import { API, holdNetwork } from './page-state.ts'

const withGates: FleetState['before'] = ({ pageWorld }) => showGates(pageWorld)

export const FLEET_GATES: readonly FleetState[] = [
  { name: 'sign in', shows: 'in.title' },
  { name: 'a role without gates', role: 'agent', shows: 'role.title' },
  {
    name: 'the service is away at the start',
    shows: 'unreachable.title',
    async reach({ page, advance }) {
      await page.route(API, route => route.abort('connectionrefused'))
      await page.reload()
      await page.locator('.spinner').waitFor()
      for (let i = 0; i < 8; i++) await advance(1_000)
    },
  },
  { name: 'no gates, for an operator', role: 'operator', shows: 'gates.none.enrol' },
  { name: 'no gates, for a technician', role: 'technician', shows: 'gates.none.ask' },
  {
    name: 'gates are fetched',
    role: 'technician',
    shows: 'gates.loading',
    waits: true,
    async before({ page }) {
      await page.route('**/v1/fleet/stream', () => new Promise<void>(() => {}))
    },
  },
  { name: 'gates', role: 'operator', before: withGates, shows: 'state.no-report' },
  {
    name: 'gates, for an auditor',
    role: 'auditor',
    before: withGates,
    shows: 'state.no-report',
  },
  {
    name: 'no gate is like that',
    role: 'technician',
    before: withGates,
    shows: 'gates.no-match',
    async reach({ page, shows }) {
      await shows('state.no-report')
      await page.locator('#filter').fill('east')
    },
  },
  {
    name: 'gates in trouble',
    role: 'technician',
    before: withGates,
    shows: 'filter.trouble',
    async reach({ page, shows, say }) {
      await shows('state.no-report')
      await page.getByLabel(say('filter.trouble')).check()
    },
  },
  {
    name: 'no network',
    role: 'operator',
    before: withGates,
    shows: 'offline',
    async reach({ context, shows }) {
      await shows('state.no-report')
      await context.setOffline(true)
    },
  },
  {
    name: 'the service restarts',
    role: 'operator',
    before: withGates,
    shows: 'away',
    async reach({ page, pageWorld, shows }) {
      await shows('state.no-report')
      await page.route(API, route => route.abort('connectionrefused'))
      pageWorld.world.endStreams()
    },
  },
  {
    name: 'the session is over',
    role: 'technician',
    before: withGates,
    shows: 'in.why.expired',
    async reach({ pageWorld, shows, advance }) {
      await shows('state.no-report')
      await pageWorld.world.service.db.deleteFrom('staff_sessions').execute()
      pageWorld.world.endStreams()
      for (let i = 0; i < 3; i++) await advance(1_000)
    },
  },
  {
    name: 'signing out, slow',
    role: 'auditor',
    before: withGates,
    shows: 'state.no-report',
    waits: true,
    async reach({ page, shows, press }) {
      await shows('state.no-report')
      await holdNetwork(page)
      await press('in.out')
    },
  },
]

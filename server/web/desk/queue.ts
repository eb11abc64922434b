/**
 * What waits for somebody at a desk: approvals and appeals, asked for again and again while the page is
 * seen, so that a second approver sees a request seconds after it was made.
 */
import { type ReadonlySignal, signal } from '@preact/signals'
import type { Api, Appeal, Approval } from '../shared/api.d.ts'
import { QUEUE_EVERY_MS, QUEUE_ROWS } from '../shared/limits.ts'
import type { Answer, Route } from '../shared/service-client.ts'
import { staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded } from '../shared/staff/staff-screen.ts'
import type { DeskContext } from './desk-context.ts'

export interface Queue {
  /** Those that wait, for who decides; one's own of the last day, for who doesn't. */
  readonly approvals: ReadonlySignal<Loaded<readonly Approval[]>>
  /** Those that nobody has resolved. */
  readonly appeals: ReadonlySignal<Loaded<readonly Appeal[]>>
  /** Asks now, and from now on. */
  begin(): void
  end(): void
  /** The page goes to the background, and comes back. */
  hide(): void
  unhide(): void
}

const LOADING = { is: 'loading' } as const

export function createQueue(page: DeskContext): Queue {
  const approvals = signal<Loaded<readonly Approval[]>>(LOADING)
  const appeals = signal<Loaded<readonly Appeal[]>>(LOADING)
  let cancel = () => {}
  /** Of the round that goes on; another one ends it. */
  let round = 0

  async function look(of: number): Promise<void> {
    const limit = String(QUEUE_ROWS)
    const state = page.may('approval.decide') ? ({ state: 'waiting' } as const) : {}
    const [asked, appealed] = await Promise.all([
      page.may('approval.read') ? rows('GET /v1/desk/approvals', { ...state, limit }) : FORBIDDEN,
      page.may('appeal.read') ? rows('GET /v1/appeals', { resolved: 'false', limit }) : FORBIDDEN,
    ])
    if (round !== of) return
    approvals.value = kept(approvals.value, asked)
    appeals.value = kept(appeals.value, appealed)
  }

  async function rows<R extends 'GET /v1/desk/approvals' | 'GET /v1/appeals'>(
    route: R,
    query: Api[R]['query'],
  ): Promise<Loaded<Api[R]['answer']['rows']>> {
    const answer = (await page.call(route as Route, { query } as never)) as Answer<R>
    if (!answer.ok) return { is: 'away', trouble: staffTroubleOf(page, route, answer as never) }
    return { is: 'here', value: answer.body.rows }
  }

  async function go(of: number): Promise<void> {
    await look(of)
    if (round === of) cancel = page.ports.timers.after(QUEUE_EVERY_MS, () => void go(of))
  }
  function end(): void {
    round += 1
    cancel()
  }
  function begin(): void {
    end()
    void go(round)
  }
  return {
    approvals,
    appeals,
    begin,
    end() {
      end()
      approvals.value = LOADING
      appeals.value = LOADING
    },
    hide: end,
    unhide: begin,
  }
}

const FORBIDDEN = { is: 'forbidden' } as const

/** What was seen last stays while the service is away: the head of the page says that it is. */
function kept<T>(before: Loaded<T>, now: Loaded<T>): Loaded<T> {
  const isAway = now.is === 'away' && now.trouble.kind !== 'refused'
  return isAway && before.is === 'here' ? before : now
}

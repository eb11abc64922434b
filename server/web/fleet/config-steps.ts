/**
 * A gate's config: its revisions, what differs between them, and a new one: written, compared, given
 * with a reason, and followed until the gate has confirmed it or gone back.
 */
import { batch, type ReadonlySignal, signal } from '@preact/signals'
import type { Api } from '../shared/api.d.ts'
import { type StaffContext, staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded, StaffTrouble } from '../shared/staff/staff-screen.ts'
import { type ConfigChange, configChanges, type Json } from './config-diff.ts'
import { type Outcome, outcomeOf } from './config-outcome.ts'
import { firstConfig } from './first-config.ts'
import { readJournal } from './journal.ts'

const ROUTE = 'GET /v1/fleet/gates/{id}/config'
const PUT = 'PUT /v1/fleet/gates/{id}/config'
type Answered = Api[typeof ROUTE]['answer']
type Given = Api[typeof PUT]['body']
export type Revision = Answered['rows'][number]

export interface Configs {
  readonly gate: string
  /** The newest; 0 and null before the first. */
  readonly revision: number
  readonly config: Json
  /** That the gate runs; null where none of these, or where it is not known. */
  readonly runs: number | null
  /** Newest first. */
  readonly rows: readonly Revision[]
}

/** What differs between two revisions; `from` 0: before the first. */
export interface Compared {
  readonly from: number
  readonly to: number
  readonly changes: Loaded<readonly ConfigChange[]>
}

export type Draft =
  /** `fault`: why the text is no config, as the browser says it; '' for no object. */
  | { readonly is: 'edit'; readonly from: number; readonly text: string; readonly fault?: string }
  | {
      readonly is: 'review'
      readonly from: number
      readonly text: string
      readonly changes: readonly ConfigChange[]
      readonly trouble?: StaffTrouble
    }
  /** The gate has it to try. */
  | {
      readonly is: 'given'
      readonly revision: number
      readonly confirmMinutes: number
      readonly outcome: Outcome
    }

export interface ConfigSteps {
  readonly configs: ReadonlySignal<Loaded<Configs>>
  readonly compared: ReadonlySignal<Compared | undefined>
  readonly draft: ReadonlySignal<Draft | undefined>
  open(gate: string): Promise<void>
  /** What a revision changed of the one before it. */
  compare(revision: number): Promise<void>
  /**
   * Begins a new config from a revision: the newest to edit, an older one to go back to it. From 0, an
   * example to edit.
   */
  begin(revision: number): Promise<void>
  /** What was written, against the newest. */
  review(text: string): void
  /** Back to the text. */
  edit(): void
  give(reason: string, confirmMinutes: number): Promise<void>
  callOff(): void
  close(): void
}

const OUTCOME_EVERY_MS = 3_000

/** `lanesOf`: names of a gate's lanes, as it reports them. */
export function createConfigSteps(
  page: StaffContext,
  lanesOf: (gate: string) => readonly string[],
): ConfigSteps {
  const configs = signal<Loaded<Configs>>({ is: 'loading' })
  const compared = signal<Compared>()
  const draft = signal<Draft>()
  let gate = ''
  let cancel = () => {}
  const here = () => (configs.value.is === 'here' ? configs.value.value : undefined)

  async function load(): Promise<void> {
    const of = gate
    const answer = await page.call(ROUTE, { params: { id: of }, query: {} })
    if (gate !== of) return
    if (answer.ok)
      configs.value = {
        is: 'here',
        value: { ...answer.body, gate: of, config: answer.body.config as Json },
      }
    else if (answer.why === 'refused' && answer.problem.code === 'NOT_FOUND') {
      configs.value = { is: 'none' }
    } else if (configs.value.is !== 'here') {
      configs.value = { is: 'away', trouble: staffTroubleOf(page, ROUTE, answer) }
    }
  }

  /** The config of a revision; null before the first. */
  async function configOf(revision: number): Promise<Loaded<Json>> {
    const now = here()
    if (revision === 0) return { is: 'here', value: null }
    if (now?.revision === revision) return { is: 'here', value: now.config }
    const query = { revision: String(revision) }
    const answer = await page.work(ROUTE, { params: { id: gate }, query })
    if (!answer.ok) return { is: 'away', trouble: staffTroubleOf(page, ROUTE, answer) }
    return { is: 'here', value: answer.body.config as Json }
  }

  async function follow(revision: number): Promise<void> {
    const of = gate
    const found = await readJournal(page, { gate: of })
    const { value: now } = draft
    if (gate !== of || now?.is !== 'given' || now.revision !== revision) return
    const outcome = found.is === 'here' ? outcomeOf(found.value.rows, revision) : now.outcome
    draft.value = { ...now, outcome }
    if (outcome.is === 'waits' || outcome.is === 'tried') {
      cancel = page.ports.timers.after(OUTCOME_EVERY_MS, () => void follow(revision))
    } else void load()
  }

  function leaveDraft(): void {
    cancel()
    draft.value = undefined
  }

  return {
    ...{ configs, compared, draft },
    async open(name) {
      if (gate !== name) {
        leaveDraft()
        batch(() => {
          configs.value = { is: 'loading' }
          compared.value = undefined
        })
      }
      gate = name
      await load()
    },
    async compare(revision) {
      const rows = here()?.rows ?? []
      const from = rows[rows.findIndex(row => row.revision === revision) + 1]?.revision ?? 0
      const of = { from, to: revision }
      compared.value = { ...of, changes: { is: 'loading' } }
      const [before, after] = [await configOf(from), await configOf(revision)]
      if (compared.value?.to !== revision) return
      compared.value = { ...of, changes: changesOf(before, after) }
    },
    async begin(revision) {
      const found = await configOf(revision)
      if (found.is !== 'here') {
        compared.value = { from: revision, to: revision, changes: found as Loaded<never> }
        return
      }
      const text = JSON.stringify(found.value ?? firstConfig(lanesOf(gate)), null, 2)
      const now = here()
      if (revision === now?.revision || now === undefined) {
        draft.value = { is: 'edit', from: revision, text }
      } else review(revision, text)
    },
    review(text) {
      if (draft.value !== undefined && draft.value.is !== 'given') review(draft.value.from, text)
    },
    edit() {
      const { value } = draft
      if (value?.is === 'review') draft.value = { is: 'edit', from: value.from, text: value.text }
    },
    async give(reason, confirmMinutes) {
      const now = here()
      const { value } = draft
      if (value?.is !== 'review' || now === undefined) return
      const config = JSON.parse(value.text) as Given['config']
      const body = { base: now.revision, config, reason: reason.trim(), confirmMinutes }
      const answer = await page.work(PUT, { params: { id: gate }, body })
      if (!answer.ok) {
        draft.value = { ...value, trouble: staffTroubleOf(page, PUT, answer) }
        return load()
      }
      const { revision } = answer.body
      draft.value = { is: 'given', revision, confirmMinutes, outcome: { is: 'waits' } }
      await load()
      await follow(revision)
    },
    callOff: leaveDraft,
    close() {
      gate = ''
      leaveDraft()
      compared.value = undefined
      configs.value = { is: 'loading' }
    },
  }

  function review(from: number, text: string): void {
    const read = configIn(text)
    draft.value =
      'fault' in read
        ? { is: 'edit', from, text, fault: read.fault }
        : { is: 'review', from, text, changes: configChanges(here()?.config ?? {}, read.config) }
  }
}

function changesOf(before: Loaded<Json>, after: Loaded<Json>): Compared['changes'] {
  if (before.is === 'here' && after.is === 'here') {
    return { is: 'here', value: configChanges(before.value ?? {}, after.value ?? {}) }
  }
  return (before.is === 'here' ? after : before) as Loaded<never>
}

function configIn(text: string): { readonly config: Json } | { readonly fault: string } {
  try {
    const config = JSON.parse(text) as Json
    const isObject = typeof config === 'object' && config !== null && !Array.isArray(config)
    return isObject ? { config } : { fault: '' }
  } catch (error) {
    return { fault: (error as Error).message }
  }
}

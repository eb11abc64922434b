/** What the page's address says of what is shown, behind its `#`: so a state can be sent to somebody. */
import { LANGUAGES, type Language } from '../shared/language.ts'

export interface Shown {
  /** The row whose reasons are shown, '' for none. */
  readonly row: string
  /** The lane that who is sent goes to. */
  readonly lane: string
  readonly language: Language | undefined
  readonly isConsoleOpen: boolean
  /** Played in place of the station, '' for none. */
  readonly scenario: string
}

/** Nothing of it is trusted: what does not exist is not shown. */
export function readAddress(hash: string): Shown {
  const fields = new URLSearchParams(hash.replace(/^#/, ''))
  return {
    row: fields.get('row') ?? '',
    lane: fields.get('lane') ?? '',
    language: LANGUAGES.find(one => one === fields.get('language')),
    isConsoleOpen: fields.get('console') === 'open',
    scenario: fields.get('scenario') ?? '',
  }
}

export function addressOf({ row, lane, language, isConsoleOpen, scenario }: Shown): string {
  const fields = new URLSearchParams()
  if (language !== undefined) fields.set('language', language)
  if (lane !== '') fields.set('lane', lane)
  if (row !== '') fields.set('row', row)
  if (isConsoleOpen) fields.set('console', 'open')
  if (scenario !== '') fields.set('scenario', scenario)
  return `#${fields}`
}

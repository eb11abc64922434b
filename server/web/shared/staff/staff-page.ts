/** What views of signing in need of a page of staff. */
import type { ReadonlySignal } from '@preact/signals'
import type { Language } from '../language.ts'
import type { Waiting } from '../patience.ts'
import type { SignInSteps } from './sign-in-steps.ts'
import type { StaffScreen } from './staff-screen.ts'

export interface StaffPage {
  readonly screen: ReadonlySignal<StaffScreen>
  readonly waiting: ReadonlySignal<Waiting>
  readonly signIn: SignInSteps
  speak(language: Language): void
}

/** What is the page's own of the screens that all pages of staff have. */
export interface StaffWords {
  readonly title: string
  /** Over the sign-in. */
  readonly signIn: string
  /** To who has nothing to do here; `{role}` stands for the role. */
  readonly noRole: { readonly title: string; readonly text: string }
  readonly fault: { readonly title: string; readonly text: string }
}

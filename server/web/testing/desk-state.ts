/** A state of the desk's page, and the way to it. */
import type { Role } from '../../auth/permissions.ts'
import type { TextKey } from '../desk/texts.ts'
import type { DeskDriver } from './desk-driver.ts'

export interface DeskState {
  readonly name: string
  /** Who is signed in; nobody when left out. */
  readonly role?: Role
  /** The text by which one knows that it is there. */
  readonly shows: TextKey
  /** An answer stays away: the page does not come to rest. */
  readonly waits?: true
  reach(driver: DeskDriver): Promise<unknown>
}

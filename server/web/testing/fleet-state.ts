/** A state of the fleet's page, and the way to it. */
import type { Role } from '../../auth/permissions.ts'
import type { TextKey } from '../fleet/texts.ts'
import type { FleetDriver } from './fleet-driver.ts'

export interface FleetState {
  readonly name: string
  /** Who is signed in; nobody when left out. */
  readonly role?: Role
  /** The end of the address at which the page is opened. */
  readonly hash?: string
  /** The text by which one knows that it is there. */
  readonly shows: TextKey
  /** An answer stays away: the page does not come to rest. */
  readonly waits?: true
  /** Before the page is opened. */
  readonly before?: (driver: Pick<FleetDriver, 'page' | 'pageWorld' | 'session'>) => Promise<void>
  reach?(driver: FleetDriver): Promise<unknown>
}

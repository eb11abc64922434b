/** A state of the fleet's page, and the way to it. */
import type { TextKey } from '../fleet/texts.ts'
import type { FleetDriver, FleetOpening } from './fleet-driver.ts'

export interface FleetState extends FleetOpening {
  readonly name: string
  /** The text by which one knows that it is there. */
  readonly shows: TextKey
  /** An answer stays away: the page does not come to rest. */
  readonly waits?: true
  reach?(driver: FleetDriver): Promise<unknown>
}

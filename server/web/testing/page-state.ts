/** A state of a page, and what a way to one is made of. */
import type { Browser, Page } from 'playwright-core'
import type { TextKey } from '../passenger/texts-zh.ts'
import type { Setting } from './browser.ts'
import type { PageWorld } from './page-world.ts'
import type { CameraKind, PassengerDriver } from './passenger-driver.ts'

export interface PageState {
  readonly name: string
  /** The text by which one knows that it is there. */
  readonly shows: TextKey
  readonly camera?: CameraKind
  /** Phone less service, milliseconds. */
  readonly clockOffMs?: number
  /** Run before the page's own scripts. */
  readonly before?: () => void
  reach(driver: PassengerDriver): Promise<unknown>
}

export const MINUTE_MS = 60_000
/** Requests to the API, not those for the page's files. */
export const API = '**/v1/**'

/** Answers of the service stay away until the network is well again. */
export const holdNetwork = (page: Page) => page.route(API, () => new Promise<void>(() => {}))
/** An answer that was on its way would say that there is a network. */
export async function offline({ context, rest }: PassengerDriver): Promise<void> {
  await rest()
  await context.setOffline(true)
}

/** A state of any page: opened at its beginning, then reached. */
export interface AnyState {
  readonly name: string
  open(browser: Browser, pageWorld: PageWorld, setting: Setting): Promise<OpenState>
}

export interface OpenState {
  readonly page: Page
  readonly faults: readonly string[]
  /** Rejects when it is not there. */
  reach(): Promise<void>
  close(): Promise<void>
}

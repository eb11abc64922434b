/**
 * Every state of the passenger's page, and the way to it: by the real service, with a network, a camera
 * and a clock as bad as the state wants them. Tests walk them, and `npm run screenshots` shows them.
 */
import type { PageState } from './page-state.ts'
import { CERTIFICATE } from './states-of-certificate.ts'
import { ENDED } from './states-of-end.ts'
import { FACE } from './states-of-face.ts'
import { START } from './states-of-start.ts'

export const STATES: readonly PageState[] = [...START, ...FACE, ...CERTIFICATE, ...ENDED]

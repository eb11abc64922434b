/** What can be done after a refusal, by its code: a table, since the service words the next step itself. */
import type { IconName } from '../shared/icons.tsx'
import type { Tone } from '../shared/parts.tsx'
import type { Refusal } from '../shared/service-client.ts'
import type { FaceOf } from './screens.ts'
import type { TextKey } from './texts.ts'

export interface RefusalView {
  readonly title: TextKey
  readonly tone: Tone
  readonly icon: IconName
  /** The same face check once more. */
  readonly canRetry: boolean
  /** Name and number may be wrong. */
  readonly canEdit: boolean
  readonly canAppeal: boolean
  /** The application can come to nothing any more. */
  readonly isOver: boolean
}

const DO_NOTHING = { canRetry: false, canEdit: false, canAppeal: false, isOver: false } as const
const NOT_VERIFIED: RefusalView = {
  ...{ title: 'refused.title', tone: 'refuse', icon: 'cross' },
  ...{ canRetry: true, canEdit: true, canAppeal: true, isOver: false },
}
const RETAKE: RefusalView = {
  ...{ ...DO_NOTHING, title: 'refused.retake', tone: 'retry', icon: 'camera' },
  ...{ canRetry: true, canAppeal: true },
}
const LATER: RefusalView = {
  ...{ ...DO_NOTHING, title: 'refused.wait', tone: 'retry', icon: 'clock', canRetry: true },
}

const VIEWS: Readonly<Record<string, RefusalView>> = {
  NOT_VERIFIED,
  QUOTA_USED: { ...DO_NOTHING, title: 'refused.quota', tone: 'retry', icon: 'clock', isOver: true },
  TRIES_USED: {
    ...{ ...DO_NOTHING, title: 'refused.tries', tone: 'refuse', icon: 'cross', canAppeal: true },
  },
  FACE_BUSY: { ...LATER, title: 'refused.busy' },
  BUSY: { ...LATER, title: 'refused.busy' },
  CHALLENGE_INVALID: { ...RETAKE, icon: 'clock', canAppeal: false },
  APPLICATION_UNKNOWN: {
    ...DO_NOTHING,
    title: 'refused.ended',
    tone: 'calm',
    icon: 'clock',
    isOver: true,
  },
  APPLICATION_DONE: {
    ...DO_NOTHING,
    title: 'refused.ended',
    tone: 'calm',
    icon: 'clock',
    isOver: true,
  },
  CERTIFICATE_ENDED: {
    ...DO_NOTHING,
    title: 'refused.ended',
    tone: 'calm',
    icon: 'clock',
    isOver: true,
  },
  CERTIFICATE_UNKNOWN: {
    ...DO_NOTHING,
    title: 'refused.ended',
    tone: 'calm',
    icon: 'clock',
    isOver: true,
  },
}

/** Of a code that has no row: pictures can be taken anew, all else may go by itself. */
export function refusalOf({ code }: Refusal, of: FaceOf | undefined): RefusalView {
  const isPicture = code.startsWith('FACE_') && code !== 'FACE_UNAVAILABLE'
  const view = VIEWS[code] ?? (isPicture ? RETAKE : LATER)
  if (of === undefined) return { ...view, canRetry: false, canAppeal: false, canEdit: true }
  return of.kind === 'application' ? view : { ...view, canEdit: false, canAppeal: false }
}

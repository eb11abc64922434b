/** The phone's camera as a port. */

/** `INSECURE`: browsers give a camera to pages of this phone itself and to https alone. */
export type CameraFault = 'DENIED' | 'MISSING' | 'IN_USE' | 'INSECURE'

export class CameraError extends Error {
  override readonly name = 'CameraError'
  readonly code: CameraFault

  constructor(code: CameraFault, options?: ErrorOptions) {
    super(code, options)
    this.code = code
  }
}

export interface OpenCamera {
  /** What it sees, as an element to be shown; undefined where nothing is shown. */
  readonly preview: HTMLElement | undefined
  /** One picture as JPEG, as the camera sees it: not mirrored. */
  take(): Promise<Uint8Array>
  close(): void
}

export interface Camera {
  /** The one that looks at the person. Rejects with a CameraError. */
  open(): Promise<OpenCamera>
}

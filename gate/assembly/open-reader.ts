/** The table of readers: which driver opens an entry of a lane's config, by its kind. */
import { createCameraReader } from '../../hardware/drivers/camera/camera-reader.ts'
import { createFrameSource } from '../../hardware/drivers/camera/source.ts'
import type { HidBackend } from '../../hardware/drivers/hid-backend.ts'
import { createHidScanner } from '../../hardware/drivers/scanner-hid.ts'
import { createSerialScanner } from '../../hardware/drivers/scanner-serial.ts'
import type { Clock, CodeReader, Timers } from '../../hardware/ports.ts'
import type { LaneReaderConfig, ReaderConfig } from '../contract/reader-config.ts'

export interface ReaderParts {
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of reconnecting. */
  readonly random: () => number
  /** Where USB devices are found; the machine's own ports unless given. */
  readonly hid?: HidBackend
  /** Something that a technician should know and that needs nobody at once. */
  readonly onNotice?: (message: string) => void
  /** Bytes or reports as they come; never called for a camera. */
  readonly onRaw?: ((bytes: Uint8Array) => void) | undefined
}

type Kind = ReaderConfig['kind']
type Opener<K extends Kind> = (
  name: string,
  config: Extract<ReaderConfig, { kind: K }>,
  parts: ReaderParts,
) => CodeReader

const OPENERS: { readonly [K in Kind]: Opener<K> } = {
  serial: (name, { profile, port, baudRate, suffix, prefix, pauseMs }, parts) =>
    createSerialScanner({
      ...{ name, port, baudRate, suffix, prefix, pauseMs, ...parts },
      gm65: profile === 'gm65',
    }),
  hid: (name, { device, path, profile, layout, pauseMs }, { hid, ...parts }) =>
    createHidScanner({
      ...{ name, device, path, profile, layout, pauseMs, ...parts },
      ...(hid === undefined ? {} : { backend: hid }),
    }),
  camera: (name, { source, engine }, { onNotice, timers, clock, random }) => {
    const parts = { name, timers, clock, random }
    const frames = createFrameSource(source, parts)
    return createCameraReader({
      ...{ ...parts, source: frames, engine },
      ...(onNotice === undefined ? {} : { onNotice }),
    })
  },
}

/** Begins to open it at once; a device may be missing still. */
export function openReader({ name, config }: LaneReaderConfig, parts: ReaderParts): CodeReader {
  const open = OPENERS[config.kind] as Opener<Kind>
  return open(name, config, parts)
}

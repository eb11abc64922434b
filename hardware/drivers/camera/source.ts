/** A lane's camera as frames, by the `source` of its config. */
import { cameraFpsMax, framePixelsMax, frameSideMax } from '../../limits.ts'
import type { Clock, Timers } from '../../ports.ts'
import { type FfmpegConfig, ffmpegArgs } from './ffmpeg.ts'
import { type FolderConfig, openFolder } from './folder.ts'
import type { FrameSource } from './frames.ts'
import { checkCameraUrl, type MjpegConfig, openMjpeg } from './mjpeg.ts'
import { openProgram } from './program.ts'
import { createReopenedSource, type OpenFeed } from './reopened-source.ts'
import { type RpicamConfig, rpicamArgs, rpicamLayout } from './rpicam.ts'
import { withoutSecrets } from './without-secrets.ts'

export type FrameSourceConfig = FfmpegConfig | RpicamConfig | MjpegConfig | FolderConfig

export interface FrameSourceParts {
  /** The device's name in messages, e.g. `lane 1 camera`. */
  readonly name: string
  readonly timers: Timers
  readonly clock: Clock
  /** [0, 1): jitter of opening anew. */
  readonly random: () => number
  /** What is started in the place of the program of this name. */
  readonly programs?: Readonly<Record<string, string>>
}

/** Opens at once and finds its camera again until it is closed. Throws RangeError for a bad size or URL. */
export function createFrameSource(config: FrameSourceConfig, parts: FrameSourceParts): FrameSource {
  const { timers, clock, random, name } = parts
  const open = openerOf(config, parts)
  const isSteady = config.type !== 'folder'
  return createReopenedSource({ name, timers, clock, random, open, isSteady })
}

function openerOf(config: FrameSourceConfig, parts: FrameSourceParts): OpenFeed {
  const { name, timers, clock, random, programs = {} } = parts
  const common = { name, timers, clock, clean: withoutSecrets }
  switch (config.type) {
    case 'ffmpeg': {
      checkSize(config)
      const { width, height } = config
      const program = programs.ffmpeg ?? 'ffmpeg'
      const layout = { width, height, frameBytes: width * height }
      const fixed = { ...common, program, debianPackage: 'ffmpeg', layout }
      return events => openProgram({ ...fixed, args: ffmpegArgs(config) }, events)
    }
    case 'rpicam': {
      checkSize(config)
      const program = programs['rpicam-vid'] ?? 'rpicam-vid'
      const layout = rpicamLayout(config)
      const args = rpicamArgs(config)
      const fixed = { ...common, program, debianPackage: 'rpicam-apps', layout, args }
      return events => openProgram(fixed, events)
    }
    case 'mjpeg':
      checkCameraUrl(config.url)
      return events => openMjpeg(config, { ...common, random }, events)
    case 'folder':
      return events => openFolder(config, common, events)
  }
}

interface AskedFrames {
  readonly width: number
  readonly height: number
  readonly fps: number
}

function checkSize({ width, height, fps }: AskedFrames): void {
  const isSide = (pixels: number) =>
    Number.isInteger(pixels) && pixels >= 1 && pixels <= frameSideMax
  if (!isSide(width) || !isSide(height) || width * height > framePixelsMax) {
    throw new RangeError(`${width}x${height} pixels: at most ${framePixelsMax} in all`)
  }
  if (!(fps >= 1 && fps <= cameraFpsMax)) {
    throw new RangeError(`${fps} frames a second: 1 to ${cameraFpsMax}`)
  }
}

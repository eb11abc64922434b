/**
 * ffmpeg as a camera: V4L2, RTSP, a file, whatever it reads. Its scaler makes every frame of one
 * size, whatever the camera gives, and keeps the picture's proportions.
 */
import { statSync } from 'node:fs'

export interface FfmpegConfig {
  readonly type: 'ffmpeg'
  /** `/dev/video0`, an `rtsp://` URL, a video file. */
  readonly input: string
  /** ffmpeg's name of the input's format, such as `v4l2`; left out, ffmpeg finds it. */
  readonly format?: string | undefined
  /** Pixels of the frames to read. */
  readonly width: number
  readonly height: number
  /** Frames a second, 1 to 60. */
  readonly fps: number
}

/**
 * A file is read at its own pace. Devices are asked for the size and rate; a stream has its own. An
 * input of a wrong kind, or one that names others within itself (a list, a playlist), ends ffmpeg.
 */
export function ffmpegArgs({ input, format, width, height, fps }: FfmpegConfig): string[] {
  const asked =
    format === 'v4l2' ? ['-framerate', `${fps}`, '-video_size', `${width}x${height}`] : []
  const proportions = 'force_original_aspect_ratio=decrease'
  const filter =
    `fps=${fps},format=gray,scale=${width}:${height}:${proportions},` +
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2`
  const scheme = /^([a-z]+):\/\//.exec(input)?.[1] ?? ''
  return [
    ...['-nostdin', '-hide_banner', '-loglevel', 'error', '-fflags', 'nobuffer'],
    ...['-protocol_whitelist', STREAM_PROTOCOLS[scheme] ?? 'file'],
    ...['-format_whitelist', format ?? FORMATS],
    ...(format === undefined ? [] : ['-f', format]),
    ...asked,
    ...(isFile(input) ? ['-re', '-i', `file:${input}`] : ['-i', input]),
    ...['-an', '-sn', '-dn'],
    ...['-vf', filter, '-pix_fmt', 'gray', '-flush_packets', '1', '-f', 'rawvideo', 'pipe:1'],
  ]
}

/** What a stream is carried by, by the scheme of its address. */
const STREAM_PROTOCOLS: Readonly<Record<string, string>> = {
  rtsp: 'rtp,udp,tcp',
  rtsps: 'rtp,udp,tcp,tls',
  http: 'http,https,tcp,tls',
  https: 'http,https,tcp,tls',
}

/** Forms of one stream; those that name further files or addresses are left out. */
const FORMATS = 'v4l2,rtsp,mjpeg,mpjpeg,h264,hevc,mpegts,mov,matroska,avi,flv'

function isFile(input: string): boolean {
  return statSync(input, { throwIfNoEntry: false })?.isFile() === true
}

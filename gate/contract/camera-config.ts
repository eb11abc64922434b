/** The config of a lane's camera: where its frames come from. */
import { z } from 'zod'
import { NOT_PLAIN, PLAIN_LINE } from './plain-line.ts'
import { isHidden } from './secrets.ts'

const line = (max: number) => z.string().min(1).max(max).regex(PLAIN_LINE, NOT_PLAIN)
const side = (what: string) => z.int().min(16).max(4096).describe(`${what} of a frame, pixels`)
const fps = z.int().min(1).max(60).default(15).describe('frames a second')

/** A camera of this machine: no name leads out of its two folders. */
const DEVICE = /^\/dev\/(video\d{1,3}|v4l\/by-(id|path)\/(?!\.\.?$)[\w.:+@-]{1,200})$/
const STREAM = /^(rtsps?|https?):\/\/[^\s/?#]\S*$/
/** No option and none of ffmpeg's protocols (`concat:`, `subfile,,…:`, `pipe:`) and lists of them. */
const FILE = /^[^-:|][^:|]*$/

/**
 * What ffmpeg may be given to open. It knows many more inputs, some of which read other files, run
 * filters or write.
 */
const input = line(400)
  .refine(one => DEVICE.test(one) || STREAM.test(one) || FILE.test(one), {
    message: 'must be a device as /dev/video0, an rtsp or http address, or a file',
  })
  .refine(one => !isHidden(one), { message: 'is shown without its password: write it whole' })
  .describe('as /dev/video0 or rtsp://…')

/** Whether an input names a file of the machine, which may be any of them. */
export function isFileInput(one: string): boolean {
  return !DEVICE.test(one) && !STREAM.test(one)
}

export const cameraSource = z
  .discriminatedUnion(
    'type',
    [
      z.strictObject({
        type: z.literal('ffmpeg').describe('what ffmpeg can open: a USB camera, a stream, a file'),
        input,
        format: z
          .enum(['v4l2', 'rtsp', 'mjpeg', 'mpjpeg', 'h264', 'hevc', 'mpegts'])
          .optional()
          .describe('ffmpeg’s input format, where it does not find it: v4l2 for a device'),
        width: side('width'),
        height: side('height'),
        fps,
      }),
      z.strictObject({
        type: z.literal('rpicam').describe('the camera of a Raspberry Pi'),
        width: side('width').multipleOf(64).describe('width of a frame, pixels, a multiple of 64'),
        height: side('height').multipleOf(2).describe('height of a frame, pixels, even'),
        fps,
      }),
      z.strictObject({
        type: z.literal('mjpeg').describe('a camera that serves motion JPEG or still pictures'),
        url: z
          .url({ protocol: /^https?$/ })
          .max(400)
          .refine(one => !isHidden(one), {
            message: 'is shown without its password: write it whole',
          })
          .describe('its address, http or https; a login stands before the host as NAME:PASSWORD@'),
      }),
      z.strictObject({
        type: z.literal('folder').describe('pictures that appear in a folder'),
        path: line(400).describe('the folder'),
      }),
    ],
    { error: 'type must be "ffmpeg" or "rpicam" or "mjpeg" or "folder"' },
  )
  .describe('where its frames come from')

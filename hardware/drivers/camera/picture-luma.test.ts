/** Bytes of a picture to luma; what can't be decoded is a fault of the device, whatever the reason. */
import sharp from 'sharp'
import t from 'tap'
import { lumaOf } from './picture-luma.ts'

const size = { width: 8, height: 4, channels: 4 } as const
const clear = await sharp({ create: { ...size, background: { r: 0, g: 0, b: 0, alpha: 0 } } })
  .png()
  .toBuffer()

t.test('what is transparent is white', async t => {
  const { width, height, luma } = await lumaOf('camera', clear)
  t.same([width, height, [...new Set(luma)]], [8, 4, [255]])
})

t.test('bytes of another kind, half a picture, and a machine without the decoder', async t => {
  const broken = { code: 'PICTURE_BROKEN', port: 'camera' }
  await t.rejects(lumaOf('camera', Buffer.from('GIF89a')), broken)
  await t.rejects(lumaOf('camera', clear.subarray(0, 60)), broken)
  const missing = () => Promise.reject(new Error('no libvips'))
  await t.rejects(lumaOf('camera', clear, missing), { code: 'DECODER_FAILED', port: 'camera' })
})

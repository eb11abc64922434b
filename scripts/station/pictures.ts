/** A picture that somebody holds before a lane's camera: a photo, or what their own camera sees. */
import sharp from 'sharp'
import type { GrayPicture } from '../../hardware/sim/scene.ts'
import { comeTo, HELD_MS, tellShut } from './coming.ts'
import { Refused } from './refused.ts'
import { laneOf, type Station } from './station-state.ts'

/** Of what comes, as of a large photo; and of the longer side that the lane's camera sees. */
const PIXELS_MAX = 50_000_000
const SIDE_MAX = 1280

/**
 * Somebody comes with it to a lane. The gate's own camera reader finds the code in it, and they walk if the
 * lane opens. `bytes`: JPEG, PNG, WebP or any other that sharp reads. Throws Refused for no picture.
 */
export async function showPicture(
  station: Station,
  name: string | undefined,
  bytes: Uint8Array,
): Promise<void> {
  const lane = laneOf(station.world, name)
  const frame = await frameOf(bytes)
  const act = async () => {
    lane.camera?.play([frame])
    setTimeout(() => lane.camera?.clear(), HELD_MS).unref()
  }
  const { why } = await comeTo(station, lane, { who: 'picture', walks: 'normal', act })
  if (why !== undefined) tellShut(station, why)
}

async function frameOf(bytes: Uint8Array): Promise<GrayPicture> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: PIXELS_MAX })
      .autoOrient()
      .flatten({ background: 'white' })
      .resize({ width: SIDE_MAX, height: SIDE_MAX, fit: 'inside', withoutEnlargement: true })
      .greyscale()
      .raw()
      .toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, luma: new Uint8Array(data) }
  } catch {
    throw new Refused('that is no picture that can be read', '无法读取这张图片')
  }
}

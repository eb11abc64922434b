/**
 * One look at a picture, by name. `fast` is the engine alone, on what of the picture may hold a code,
 * and all that most frames get; `whole` is the engine on all of it. The others are the deep pass: each
 * prepares the part of the picture that may hold a code in one way, for what the fast look missed.
 * They are asked for one by one, so that a newer frame comes between.
 */
import { busyArea, busyRegion } from './busy-region.ts'
import { blurDirection, refocus, undoMotion } from './deblur.ts'
import type { Box, Engine, EngineName, FoundCode, Picture, Threshold } from './picture.ts'
import { crop, enlarge, sharpen, shifted } from './picture-filters.ts'

export type EngineChoice = 'auto' | EngineName

/** A picture, how many of its pixels make one of the picture it came from, and how it is decoded. */
type Prepared = readonly [Picture, number, Threshold?]

/** A part that is larger has modules of many pixels, and more of them would help nobody. */
const ENLARGED_PIXELS_MAX = 1_500_000

const larger = (part: Picture): Prepared =>
  part.width * part.height > ENLARGED_PIXELS_MAX ? [part, 1] : [enlarge(part), 2]

function sharper(part: Picture): Prepared {
  const [picture, scale] = larger(part)
  return [sharpen(picture, 3, 3), scale]
}

/** Taking blur out of a larger part takes longer than a frame; its modules are large, too. */
const DEBLURRED_PIXELS_MAX = 250_000

const deblurred =
  (deblur: (part: Picture) => Picture) =>
  (part: Picture): Prepared | null =>
    part.width * part.height > DEBLURRED_PIXELS_MAX ? null : larger(deblur(part))

const unmoved = (length: number) => deblurred(part => undoMotion(part, blurDirection(part), length))

/** In the order in which they are worth their time; null: not for this part. */
const DEEP = {
  'one threshold': (part: Picture): Prepared => [part, 1, 'global'],
  enlarged: larger,
  'enlarged and sharp': sharper,
  sharp: (part: Picture): Prepared => [sharpen(part, 2, 4), 1],
  'moved 7 pixels': unmoved(7),
  'moved 2.5 pixels': unmoved(2.5),
  'moved 4.5 pixels': unmoved(4.5),
  'moved 5.5 pixels': unmoved(5.5),
  refocused: deblurred(part => refocus(part, 2)),
  'moved 3.5 pixels': unmoved(3.5),
} as const

type DeepLook = keyof typeof DEEP
export type LookName = 'fast' | 'whole' | DeepLook

/** jsQR takes too long for more than one look. */
export const DEEP_LOOKS: Readonly<Record<EngineName, readonly DeepLook[]>> = {
  zxing: Object.keys(DEEP) as DeepLook[],
  jsqr: [],
}

export interface Chain {
  readonly engine: EngineName
  /**
   * Codes with their corners in the whole picture. `near`: where the last code was; the fast look
   * begins there and goes on to more when it finds none. Only `whole` looks at a picture in which
   * nothing differs from noise. Throws when the engine is broken for good.
   */
  look(name: LookName, picture: Picture, near: Box | null): readonly FoundCode[]
}

export function createChain(engine: Engine): Chain {
  function inside(picture: Picture, box: Box): readonly FoundCode[] {
    return shifted(engine.decode(crop(picture, box)), box, 1)
  }

  function fast(picture: Picture, near: Box | null): readonly FoundCode[] {
    const last = near === null ? [] : inside(picture, near)
    if (last.length > 0) return last
    const area = busyArea(picture)
    return area === null ? [] : inside(picture, area)
  }

  function deep(name: DeepLook, picture: Picture): readonly FoundCode[] {
    const box = busyRegion(picture) ?? busyArea(picture)
    const done = box === null ? null : DEEP[name](crop(picture, box))
    if (box === null || done === null) return []
    const [prepared, scale, threshold] = done
    return shifted(engine.decode(prepared, threshold), box, scale)
  }

  function look(name: LookName, picture: Picture, near: Box | null): readonly FoundCode[] {
    if (name === 'whole') return engine.decode(picture)
    return name === 'fast' ? fast(picture, near) : deep(name, picture)
  }

  return { engine: engine.name, look }
}

/** Every look in its order until one finds a code: for a picture after which no other comes. */
export function lookLong(chain: Chain, picture: Picture): readonly FoundCode[] {
  for (const name of ['fast', ...DEEP_LOOKS[chain.engine], 'whole'] as const) {
    const codes = chain.look(name, picture, null)
    if (codes.length > 0) return codes
  }
  return []
}

/**
 * Whether a photo is good enough to be put on file. The embedded engine needs exactly one face in it.
 * With `face.url` the authority's service alone compares faces, and says what it can't use when it is
 * asked: here the photo must only be a picture that may be sent.
 */
import type { PictureFault } from '../../server/face/port.ts'
import type { FaceSettings } from '../../server/face/settings.ts'

export interface PhotoCheck {
  /** A photo as it is put on file (JPEG, its longer side at 640), or why it is not taken. */
  read(
    photo: Uint8Array,
  ): Promise<
    { readonly ok: true; readonly photo: Uint8Array } | { ok: false; reason: PictureFault }
  >
  close(): Promise<void>
}

/** Each loads what it needs: the engine takes half a gigabyte. */
export async function createPhotoCheck(face: FaceSettings): Promise<PhotoCheck> {
  if ('url' in face) {
    const { readPicture, photoOf } = await import('../../server/face/picture.ts')
    return {
      async read(photo) {
        const picture = await readPicture(photo)
        if (picture === undefined) return { ok: false, reason: 'BAD_PICTURE' }
        return { ok: true, photo: await photoOf(picture) }
      },
      async close() {},
    }
  }
  const { createFaceEngine } = await import('../../server/face/engine.ts')
  const engine = createFaceEngine({ onFault: () => {} })
  return { read: photo => engine.describe(photo), close: () => engine.close() }
}

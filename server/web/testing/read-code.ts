/** The code in a picture of the screen, read as a gate's camera reads it. */
import { openChain } from '../../../hardware/drivers/camera/open-chain.ts'
import { lumaOf } from '../../../hardware/drivers/camera/picture-luma.ts'

const chain = openChain('zxing', () => {})

/** Its text; undefined where no code is seen. */
export async function readCode(png: Uint8Array): Promise<string | undefined> {
  const picture = await lumaOf('screenshot', png)
  return (await chain).look('whole', picture, null)[0]?.text
}

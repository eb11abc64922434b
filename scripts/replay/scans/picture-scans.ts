/** Pictures, alone or in folders, as a camera's decoder reads them with every look it has. */
import { lookLong } from '../../../hardware/drivers/camera/chain.ts'
import { openChain } from '../../../hardware/drivers/camera/open-chain.ts'
import { namedBy, ScanError, toPicture } from '../../scan/pictures.ts'
import type { Scan } from './scan.ts'

/** In the order of their names; a picture with several codes gives a scan each. */
export async function* pictureScans(path: string): AsyncGenerator<Scan> {
  const all = await namedBy(path)
  if (all.length === 0) return
  const chain = await openChain('auto', () => {})
  for (const { file: where, read } of all) {
    try {
      const codes = lookLong(chain, await toPicture(where, await read()))
      if (codes.length === 0) yield { what: 'nothing', where }
      for (const { text } of codes) yield { what: 'scan', where, text }
    } catch (error) {
      if (!(error instanceof ScanError)) throw error
      yield { what: 'bad', where, problem: `${error.code}: ${error.message}` }
    }
  }
}

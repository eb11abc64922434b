/** Where a support bundle is written: the data folder, or where that takes no file the machine's own. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SUPPORT_BUNDLES_KEPT } from '../limits.ts'
import { buildSupportBundle, type SupportParts } from './bundle.ts'

export interface SavedBundle {
  readonly file: string
  readonly bytes: number
}

export type SaveBundle = () => Promise<SavedBundle>

const NAME = /^support-\d{8}T\d{6}Z\.tar\.gz$/

/**
 * For its own user alone; of the bundles in that folder the newest few stay. Rejects where neither
 * folder takes it.
 */
export function bundleSaver(parts: SupportParts, otherwise: string): SaveBundle {
  return async () => {
    const bundle = await buildSupportBundle(parts)
    const time = new Date(parts.nowMs()).toISOString().replaceAll(/[-:]|\.\d+/g, '')
    const write = async (folder: string) => {
      const file = join(folder, `support-${time}.tar.gz`)
      await writeFile(file, bundle, { mode: 0o600 })
      await dropOld(folder)
      return { file, bytes: bundle.length }
    }
    return write(parts.dataDir).catch(() => write(otherwise))
  }
}

async function dropOld(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter(name => NAME.test(name)).sort()
  for (const name of names.slice(0, -SUPPORT_BUNDLES_KEPT)) {
    await rm(join(folder, name), { force: true })
  }
}

/** What Node's package brings for building addons, a quarter of a gate's folder: every addon comes built. */
import { globSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Removes the C++ headers of each Node that is installed in `folder`. */
export function dropNodeHeaders(folder: string): void {
  for (const headers of globSync('node_modules/node-*/include/node', { cwd: folder })) {
    rmSync(join(folder, headers), { recursive: true })
  }
}

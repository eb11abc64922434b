/** The engine by config: zxing first, jsQR on a board where WebAssembly is missing or fails. */
import { type Chain, createChain, type EngineChoice, type LookName } from './chain.ts'
import { createJsqr } from './jsqr-engine.ts'
import type { Box, Engine, Picture } from './picture.ts'
import { openZxing } from './zxing-engine.ts'

/**
 * Rejects when the engine that was chosen does not start. With `auto` jsQR takes over, at the start or
 * when zxing breaks later; `onFallback` hears why, once.
 */
export async function openChain(
  choice: EngineChoice,
  onFallback: (why: string) => void,
  openFirst: () => Promise<Engine> = openZxing,
): Promise<Chain> {
  if (choice === 'jsqr') return createChain(createJsqr())
  if (choice === 'zxing') return createChain(await openFirst())

  function fallBack(error: unknown): Chain {
    onFallback(error instanceof Error ? error.message : String(error))
    return createChain(createJsqr())
  }

  let chain = await openFirst().then(createChain, fallBack)
  return {
    get engine() {
      return chain.engine
    },
    look(name: LookName, picture: Picture, near: Box | null) {
      try {
        return chain.look(name, picture, near)
      } catch (error) {
        if (chain.engine === 'jsqr') throw error
        chain = fallBack(error)
        return chain.look('fast', picture, near)
      }
    },
  }
}

/** What becomes of the station when its gate ends, as `wicketgate-gate.service` would have it. */
import type { World } from '../../fixtures/world.ts'
import { EXIT } from '../../gate/assembly/exit-codes.ts'
import type { Station } from './station-state.ts'

interface Ends {
  readonly world: Pick<World, 'onGateEndAlone' | 'startGate'>
  readonly say: Station['say']
}

/**
 * Starts the gate again where a technician restarts it at its console, and leaves it where they shut it
 * down. Rejects, with what it said, where it ends by itself, or does not come back.
 */
export function gateFails({ world, say }: Ends): Promise<never> {
  return new Promise((_, reject) => {
    async function again(): Promise<void> {
      say('the gate restarts, as its console asked', '闸机按控制台的要求重新启动')
      await world.startGate()
      say('the gate is back, with all that it had written', '闸机已恢复，写过的都在')
    }
    world.onGateEndAlone(({ code, said }) => {
      if (code === EXIT.restart) again().catch(reject)
      else if (code === EXIT.shutdown) {
        say('the gate is shut down; trouble power off starts it', '闸机已关机；恢复供电即可启动')
      } else reject(new Error(`the gate ended with ${code}\n${said}`))
    })
  })
}

/**
 * The process of one emulated board: wire and machine, steered by messages from avr-board.ts. It
 * ends when its parent does.
 */
import { readFileSync } from 'node:fs'
import { createAvrRunner, type PinChange } from './avr-runner.ts'
import { createSerialWire } from './serial-wire.ts'

/** First argument of the process, as JSON. */
export interface AvrProcessOptions {
  readonly hexPath: string
  readonly resetOnOpen: boolean
}

export type ToBoard =
  | { readonly do: 'input'; readonly pin: number; readonly level: 0 | 1 | null }
  | { readonly do: 'unplug' | 'replug' | 'reset' | 'close'; readonly id: number }

export type FromBoard =
  | { readonly is: 'ready'; readonly path: string }
  | { readonly is: 'pin'; readonly change: PinChange }
  | { readonly is: 'reset'; readonly cause: 'watchdog' | 'pin' }
  | { readonly is: 'done'; readonly id: number }

function tell(message: FromBoard): void {
  if (process.connected) process.send?.(message)
}

async function main(options: AvrProcessOptions): Promise<void> {
  const wire = await createSerialWire()
  const runner = createAvrRunner({
    hex: readFileSync(options.hexPath, 'latin1'),
    wire,
    resetOnOpen: options.resetOnOpen,
    onPin: change => tell({ is: 'pin', change }),
    onReset: cause => tell({ is: 'reset', cause }),
  })

  async function end(): Promise<void> {
    runner.close()
    await wire.close()
  }

  process.on('disconnect', () => void end())
  process.on('message', async (message: ToBoard) => {
    if (message.do === 'input') {
      runner.machine.setInput(message.pin, message.level)
      return
    }
    if (message.do === 'unplug') wire.unplug()
    else if (message.do === 'replug') await wire.replug()
    else if (message.do === 'reset') runner.machine.reset()
    else await end()
    tell({ is: 'done', id: message.id })
    if (message.do === 'close') process.disconnect()
  })
  tell({ is: 'ready', path: wire.path })
}

if (import.meta.main) await main(JSON.parse(process.argv[2] ?? '{}') as AvrProcessOptions)

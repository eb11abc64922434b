/**
 * A serial port as a line of the console. When its cable is pulled whoever was there is logged out;
 * the port is looked for again by its driver.
 */
import type { ByteTransport } from '../../hardware/ports.ts'
import type { TechniciansConsole } from './console.ts'

export interface SerialEnd {
  close(): Promise<void>
}

/** `onLost` hears of each loss once, with its device error. */
export function openSerialEnd(
  port: ByteTransport,
  console: TechniciansConsole,
  onLost: (error: Error & { readonly code: string }) => void,
): SerialEnd {
  const line = console.openLine('serial', bytes => port.write(bytes), { failures: 0 })
  let lostCode: string | undefined
  const stopBytes = port.onBytes(bytes => line.receive(bytes))
  const stopStates = port.onState(state => {
    if (state.state === 'ready') {
      lostCode = undefined
      line.greet()
    }
    if (state.state !== 'lost') return
    line.hangUp()
    if (lostCode !== state.error.code) onLost(state.error)
    lostCode = state.error.code
  })
  return {
    async close() {
      stopBytes()
      stopStates()
      line.close()
      await port.close()
    },
  }
}

/** A decoding thread that dies or hangs by what it is shown: the first byte of the frame says which. */
import { parentPort } from 'node:worker_threads'
import type { LookRequest, ThreadMessage } from '../decode-protocol.ts'

export const DIES = 1
export const HANGS = 2

function post(message: ThreadMessage): void {
  parentPort?.postMessage(message)
}

post({ type: 'engine', engine: 'zxing', fallback: null })
parentPort?.on('message', ({ id, luma }: LookRequest) => {
  if (luma[0] === DIES) throw new Error('it died')
  if (luma[0] === HANGS) return
  const codes = [{ text: `LEVEL ${luma[0]}`, engine: 'zxing' as const, corners: [] }]
  post({ type: 'looked', id, luma, codes })
})

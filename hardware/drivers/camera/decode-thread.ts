/** The thread that decodes: opens the engine, then one look per request, in order. */
import { parentPort, workerData } from 'node:worker_threads'
import type { LookRequest, ThreadData, ThreadMessage } from './decode-protocol.ts'
import { openChain } from './open-chain.ts'

function post(message: ThreadMessage, transfer: ArrayBuffer[] = []): void {
  parentPort?.postMessage(message, transfer)
}

const { engine } = workerData as ThreadData
let fallback: string | null = null
const chain = await openChain(engine, why => {
  fallback = why
})
const tell = () => post({ type: 'engine', engine: chain.engine, fallback })

parentPort?.on('message', ({ id, look, near, width, height, luma }: LookRequest) => {
  const before = chain.engine
  const codes = chain.look(look, { width, height, luma }, near)
  if (chain.engine !== before) tell()
  post({ type: 'looked', id, luma, codes }, [luma.buffer])
})
tell()

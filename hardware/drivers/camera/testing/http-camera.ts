/** A camera of a test's own making on a real socket, and what its source tells. */
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Test } from 'tap'
import type { DeviceState } from '../../../ports.ts'
import type { LumaFrame } from '../frames.ts'
import { createFrameSource } from '../source.ts'
import { quickParts } from './quick-parts.ts'

/** Of its address: a login as `name:password@`, and what stands behind the host. */
export async function openHttpCamera(
  t: Test,
  { login, path }: { readonly login: string; readonly path: string },
  answer: RequestListener,
) {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://${login}127.0.0.1:${port}${path}`
  const source = createFrameSource({ type: 'mjpeg', url }, quickParts(10))
  const states: DeviceState[] = []
  const frames: LumaFrame[] = []
  source.onState(state => states.push(state))
  source.onFrame(frame => frames.push(frame))
  t.teardown(async () => {
    await source.close()
    server.closeAllConnections()
    server.close()
  })
  /** The first loss. */
  const fault = () => states.find(state => state.state === 'lost')?.error
  return { states, frames, fault }
}

/** Who watches the fleet: raw connections that take the stream as it comes, and one that reads it. */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

export interface FleetViewer {
  /** From the connection to the whole snapshot, milliseconds. */
  readonly snapshotMs: number
  /** Bytes since the snapshot. */
  bytes(): number
  close(): void
}

const EVENT_END = '\n\n'

/** Resolves with the first snapshot. `onSoftware`: each that a later event tells; the others don't read. */
export async function openViewer(
  port: number,
  cookie: string,
  onSoftware?: (software: string) => void,
): Promise<FleetViewer> {
  const from = performance.now()
  const socket = connect({ port, host: '127.0.0.1' })
  await once(socket, 'connect')
  socket.write(`GET /v1/fleet/stream HTTP/1.1\r\nhost: bench\r\ncookie: ${cookie}\r\n\r\n`)
  await snapshotOf(socket)
  const snapshotMs = performance.now() - from
  let bytes = 0
  socket.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (onSoftware === undefined) return
    for (const [, software] of chunk.toString('latin1').matchAll(/"software":"(r\.\d+)"/g)) {
      onSoftware(software as string)
    }
  })
  return { snapshotMs, bytes: () => bytes, close: () => socket.destroy() }
}

/** Resolves when a whole snapshot came. Rejects with another answer. */
function snapshotOf(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let got = ''
    socket.once('close', () => reject(new Error(`no snapshot: ${got.slice(0, 200)}`)))
    const onData = (chunk: Buffer) => {
      got += chunk.toString('latin1')
      const begin = got.indexOf('event: snapshot')
      if (begin < 0 || got.indexOf(EVENT_END, begin) < 0) return
      socket.off('data', onData)
      resolve()
    }
    socket.on('data', onData)
  })
}

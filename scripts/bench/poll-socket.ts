/**
 * A gate's polls as they are on the wire: one connection kept alive, one GET at a time with the etag
 * that is held. Raw, so that the one who asks costs little beside the one who answers.
 */
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

const HEAD_END = '\r\n\r\n'

export interface PollSocket {
  /** The status of the next answer. Rejects when the connection ended. */
  poll(): Promise<number>
  /** What is held. */
  etag(): string
  close(): void
}

/**
 * `etag` is held from the first poll on; each 200 brings the next. `localAddress`: whom the service
 * sees, an address of this machine; of its choice when left out.
 */
export async function openPollSocket(
  port: number,
  { etag = '', localAddress }: { readonly etag?: string; readonly localAddress?: string } = {},
): Promise<PollSocket> {
  const from = localAddress === undefined ? {} : { localAddress }
  const socket = connect({ port, host: '127.0.0.1', noDelay: true, ...from })
  await once(socket, 'connect')
  let held = etag
  return {
    async poll() {
      socket.write(
        `GET /v1/trust/manifest HTTP/1.1\r\nhost: bench\r\nif-none-match: ${held}${HEAD_END}`,
      )
      const head = await answerHead(socket)
      held = /^etag: (.*)$/im.exec(head)?.[1]?.trim() ?? held
      return Number(head.slice(9, 12))
    },
    etag: () => held,
    close: () => socket.destroy(),
  }
}

/** Reads one whole answer; its body, if any, is as long as its content-length says. */
export function answerHead(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    // One that was closed before tells it no more.
    if (socket.destroyed) return reject(new Error('the connection was closed'))
    let got = ''
    const finish = (work: () => void) => {
      socket.off('data', onData).off('close', onClose).off('error', onClose)
      work()
    }
    const onClose = () => finish(() => reject(new Error('the connection was closed')))
    const onData = (chunk: Buffer) => {
      got += chunk.toString('latin1')
      const end = got.indexOf(HEAD_END)
      if (end === -1) return
      const head = got.slice(0, end)
      const length = Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0)
      if (got.length >= end + HEAD_END.length + length) finish(() => resolve(head))
    }
    socket.on('data', onData).on('close', onClose).on('error', onClose)
  })
}

/** A Unix socket on the host, for its own user alone: each connection is a line of the console. */
import { lstatSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import type { TechniciansConsole } from './console.ts'
import { SOCKET_SESSIONS_MAX } from './limits.ts'
import type { LoginGuard } from './login.ts'

export interface SocketEnd {
  close(): Promise<void>
}

/** `onFault` hears, once and in words, why there is none. Never throws. */
export function openSocketEnd(
  path: string,
  console: TechniciansConsole,
  onFault: (what: string, error: unknown) => void,
): SocketEnd {
  const taken = new Map<number, Socket>()
  const guard: LoginGuard = { failures: 0 }
  const server = createServer(socket => {
    const number = freeNumber(taken)
    if (number > SOCKET_SESSIONS_MAX) {
      socket.end('the console has too many connections: close another\r\n')
      return
    }
    taken.set(number, socket)
    serve(socket, console, `socket ${number}`, guard, () => taken.delete(number))
  })
  server.on('error', error => onFault(`no console socket at ${path}`, error))
  try {
    if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) rmSync(path)
    listenAlone(server, path)
  } catch (error) {
    onFault(`no console socket at ${path}`, error)
  }
  server.unref()

  return {
    close() {
      for (const socket of taken.values()) socket.destroy()
      return new Promise(resolve => server.close(() => resolve()))
    },
  }
}

/** Nobody else may connect, from the first moment on. It is bound before this returns. */
function listenAlone(server: Server, path: string): void {
  const before = process.umask(0o177)
  try {
    server.listen(path)
  } finally {
    process.umask(before)
  }
}

function freeNumber(taken: ReadonlyMap<number, Socket>): number {
  let number = 1
  while (taken.has(number)) number += 1
  return number
}

function serve(
  socket: Socket,
  console: TechniciansConsole,
  name: string,
  guard: LoginGuard,
  onClosed: () => void,
): void {
  const send = (bytes: Uint8Array) =>
    new Promise<void>((resolve, reject) => {
      socket.write(bytes, error => (error ? reject(error) : resolve()))
    })
  const line = console.openLine(name, send, guard, () => socket.end())
  socket.on('data', bytes => line.receive(bytes))
  socket.on('error', () => {})
  socket.on('close', () => {
    line.close()
    onClosed()
  })
}

/**
 * A USB bus that two programs share: scanners plugged in by one, opened by the other. Each is a socket
 * in a folder, named by what USB says of it; each report comes through with its length before it. No
 * kernel takes part, so this stands in for node-hid and its libraries and proves nothing of them.
 */
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { join } from 'node:path'
import type { HidBackend, HidHandle, HidInfo } from '../drivers/hid-backend.ts'
import { createSimHidScanner, type SimHidOptions } from './hid-device.ts'

export interface PluggedScanner {
  /** `vendor:product:serial`, as a config names it. */
  readonly device: string
  readonly plugged: boolean
  /** The scanner reads a code. Nothing happens while it is unplugged or nobody has it open. */
  scan(text: string): void
  unplug(): Promise<void>
  replug(): Promise<void>
  close(): Promise<void>
}

const hex = (id: number) => id.toString(16).padStart(4, '0')

/** Plugged in when it resolves. `folder`: a short path, as sockets need; one for each bus. */
export async function plugHidScanner(
  folder: string,
  profile: 'pos' | 'wedge',
  options: SimHidOptions = {},
): Promise<PluggedScanner> {
  const scanner = createSimHidScanner(profile, options)
  const [info] = await scanner.backend.devices('hidraw')
  if (info === undefined) throw new Error('not plugged in')
  const { vendorId, productId, serial = '', port = '', usagePage = 0 } = info
  const file = [hex(vendorId), hex(productId), serial, port, usagePage].join('_')
  const sockets = new Set<Socket>()
  let server: Server | undefined

  async function take(socket: Socket): Promise<void> {
    sockets.add(socket)
    socket.on('error', () => {})
    const handle = await scanner.backend.open(info?.path ?? '', 'hidraw')
    handle.onReport(report => socket.write(Uint8Array.of(report.length, ...report)))
    socket.once('close', () => {
      sockets.delete(socket)
      handle.close()
    })
    socket.resume()
  }

  async function replug(): Promise<void> {
    if (server !== undefined) return
    server = createServer(socket => void take(socket)).listen(join(folder, file))
    await once(server, 'listening')
  }

  /** Its socket's file goes with the server. */
  async function unplug(): Promise<void> {
    const gone = server
    server = undefined
    if (gone === undefined) return
    const closed = once(gone, 'close')
    gone.close()
    for (const socket of sockets) socket.destroy()
    await closed
  }

  await replug()
  const device = [hex(vendorId), hex(productId), serial].join(':')
  return {
    device,
    get plugged() {
      return server !== undefined
    },
    ...{ scan: scanner.scan, unplug, replug, close: unplug },
  }
}

/** What the other program has plugged into this folder. */
export function createSocketHidBackend(folder: string): HidBackend {
  return {
    async devices(access) {
      const files = await readdir(folder).catch(() => [])
      return files.map((file): HidInfo => {
        const [vendor = '', product = '', serial = '', port = '', page = ''] = file.split('_')
        return {
          path: join(folder, file),
          vendorId: Number.parseInt(vendor, 16),
          productId: Number.parseInt(product, 16),
          ...{ serial, port },
          // Only the kernel's own view has usage pages.
          ...(access === 'hidraw' ? { usagePage: Number(page) } : {}),
        }
      })
    },
    async open(path) {
      const socket = connect(path)
      await once(socket, 'connect')
      return handleOf(socket)
    },
  }
}

function handleOf(socket: Socket): HidHandle {
  let rest: Buffer = Buffer.alloc(0)
  const cut = (chunk: Buffer, listener: (report: Uint8Array) => void): void => {
    rest = Buffer.concat([rest, chunk])
    for (let length = rest[0]; length !== undefined && rest.length > length; length = rest[0]) {
      listener(Uint8Array.from(rest.subarray(1, length + 1)))
      rest = rest.subarray(length + 1)
    }
  }
  socket.on('error', () => {})
  return {
    onReport(listener) {
      const receive = (chunk: Buffer) => cut(chunk, listener)
      socket.on('data', receive)
      return () => void socket.off('data', receive)
    },
    onError(listener) {
      const end = () => listener(new Error('could not read from HID device'))
      socket.once('close', end)
      return () => void socket.off('close', end)
    },
    close: () => void socket.destroy(),
  }
}

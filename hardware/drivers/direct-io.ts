/**
 * Bytes of an open serial port, read and written by the thread that waits for them. The library hands
 * each read and write to a pool of four threads, in which a relay's order waited behind files and name
 * look-ups, and which cost most of what an idle gate costs. The port does not block, so nothing waits
 * here: what it can't take or give now is done when the poller says so.
 *
 * The library also misses some unplugs: a hung-up port answers reads with zero bytes, which it repeats
 * for ever, burning a core while the port stays "open" (@serialport/bindings-cpp#162). Here zero bytes
 * are the end of the line. Its poller waits for one event at a time: a full line that is to be written
 * to made the port deaf, or a byte that came meanwhile let the write wait. Here it waits for both.
 */
import { readSync, writeSync } from 'node:fs'
import { EVENTS, type Poller } from '@serialport/bindings-cpp/dist/poller.js'

/** What the library has for an open port on Linux and macOS. */
interface PollerPort {
  readonly fd: number | null
  readonly poller: Poller
  /** What its `drain` waits for. */
  writeOperation: Promise<void> | null
  read(
    buffer: Buffer,
    offset: number,
    length: number,
  ): Promise<{ buffer: Buffer; bytesRead: number }>
  write(bytes: Buffer): Promise<void>
}

const EVENT_FLAGS = { readable: EVENTS.UV_READABLE, writable: EVENTS.UV_WRITABLE } as const
type Event = keyof typeof EVENT_FLAGS

/** Of a port that is open. A port without a poller (Windows) is left as it is. */
export function useDirectIo(port: object | undefined): void {
  if (port === undefined || !('poller' in port)) return
  const on = port as PollerPort
  awaitBoth(on.poller)
  on.read = async (buffer, offset, length) => {
    for (;;) {
      await happens(on.poller, 'readable')
      const bytesRead = attempt(() => readSync(fdOf(on), buffer, offset, length, null))
      if (bytesRead === 0) throw disconnected(new Error('the line hung up'))
      if (bytesRead !== undefined) return { bytesRead, buffer }
    }
  }
  on.write = bytes => {
    on.writeOperation = writeAll(on, bytes)
    return on.writeOperation
  }
}

async function writeAll(port: PollerPort, bytes: Buffer): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const more = attempt(() => writeSync(fdOf(port), bytes, written))
    if (more === undefined) await happens(port.poller, 'writable')
    else written += more
  }
}

function fdOf({ fd }: PollerPort): number {
  if (fd === null) throw Object.assign(new Error('the port is closed'), { canceled: true })
  return fd
}

/** Undefined when the port can do nothing just now. Other errors are the line's end. */
function attempt(work: () => number): number | undefined {
  try {
    return work()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EAGAIN' || code === 'EINTR') return undefined
    throw error
  }
}

const disconnected = (error: Error) => Object.assign(error, { disconnect: true })

/** Rejects with `canceled` when the port is closed meanwhile. */
function happens(poller: Poller, event: Event): Promise<void> {
  return new Promise((resolve, reject) => {
    poller.once(event, error => (error ? reject(error) : resolve()))
  })
}

/** Whoever begins to wait for one event goes on waiting for the other. */
function awaitBoth(poller: Poller): void {
  const poll = poller.poll.bind(poller)
  const awaited = (event: Event) => (poller.listenerCount(event) > 0 ? EVENT_FLAGS[event] : 0)
  poller.poll = (flags = 0) => poll(flags | awaited('readable') | awaited('writable'))
}

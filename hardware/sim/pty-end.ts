/**
 * The device's end of one pseudo terminal: bytes in and out, and whether a host has it open.
 *
 * Reading the master answers EIO while nobody has the slave open and EAGAIN while somebody has, so
 * opening and closing can be seen. Linux only.
 */
import { close, closeSync, read, write } from 'node:fs'
import { createRequire } from 'node:module'
import { Poller } from '@serialport/bindings-cpp/dist/poller.js'
import { SerialPort } from 'serialport'
import { wireQueueBytesMax } from '../limits.ts'

interface NativePty {
  open(cols: number, rows: number): { master: number; slave: number; pty: string }
}

/** How often an unopened line is looked at, milliseconds. */
const lookMs = 25
const readBytes = 4096

function loadNativePty(): NativePty {
  const require = createRequire(createRequire(import.meta.url).resolve('@lydell/node-pty'))
  return require(`@lydell/node-pty-${process.platform}-${process.arch}/pty.node`) as NativePty
}

export interface PtyEndListeners {
  readonly onBytes: (bytes: Uint8Array) => void
  readonly onHostOpen: () => void
  readonly onHostClose: () => void
}

export interface PtyEnd {
  readonly slavePath: string
  readonly hostOpen: boolean
  write(bytes: Uint8Array): void
  /** While `on` nothing is read of what the host sends: it piles up in the kernel, then at the host. */
  stall(on: boolean): void
  /** Hangs up on the host and resolves when the descriptor is closed. */
  close(): Promise<void>
}

/** Opens a pty whose line is already raw: bytes pass unchanged and nothing is echoed. */
export async function openPtyEnd(listeners: PtyEndListeners): Promise<PtyEnd> {
  const { master, slave, pty } = loadNativePty().open(80, 24)
  closeSync(slave)
  await makeRaw(pty)
  return watch(master, pty, listeners)
}

/** A new line is cooked. Settings stay with the line, so one open and close by the host's own
 * library leaves it raw. */
async function makeRaw(path: string): Promise<void> {
  const port = new SerialPort({ path, baudRate: 9600, autoOpen: false, lock: false })
  await new Promise<void>((resolve, reject) =>
    port.open(error => (error ? reject(error) : resolve())),
  )
  await new Promise<void>(resolve => port.close(() => resolve()))
}

function watch(fd: number, slavePath: string, listeners: PtyEndListeners): PtyEnd {
  const poller = new Poller(fd)
  const buffer = Buffer.allocUnsafe(readBytes)
  let hostOpen = false
  let over = false
  let stalled = false
  /** A look that was due while it was stalled. */
  let lookDue = false
  let timer: NodeJS.Timeout | undefined
  let queue: Uint8Array[] = []
  let queuedBytes = 0
  let writing = false
  let busyCalls = 0

  function setHostOpen(open: boolean): void {
    if (hostOpen === open) return
    hostOpen = open
    if (!open) {
      queue = []
      queuedBytes = 0
    }
    if (open) listeners.onHostOpen()
    else listeners.onHostClose()
  }

  function look(): void {
    if (over) return
    lookDue = stalled
    if (stalled) return
    busyCalls += 1
    read(fd, buffer, 0, readBytes, null, (error, count) => {
      busyCalls -= 1
      if (over) return
      if (error === null) {
        setHostOpen(true)
        if (count > 0) listeners.onBytes(Uint8Array.from(buffer.subarray(0, count)))
        look()
      } else if (error.code === 'EAGAIN') {
        setHostOpen(true)
        poller.once('readable', failure => {
          if (failure === null) look()
        })
      } else {
        setHostOpen(false)
        timer = setTimeout(look, lookMs)
      }
    })
  }

  function flush(): void {
    const next = queue[0]
    if (over || writing || next === undefined) return
    writing = true
    busyCalls += 1
    write(fd, next, 0, next.length, null, (error, count) => {
      busyCalls -= 1
      writing = false
      if (over || queue[0] !== next) return flush()
      if (error !== null) {
        if (error.code === 'EAGAIN') setTimeout(flush, 5)
        else queue = []
        return
      }
      queuedBytes -= count
      if (count === next.length) queue.shift()
      else queue[0] = next.subarray(count)
      flush()
    })
  }

  look()
  return {
    slavePath,
    get hostOpen() {
      return hostOpen
    },
    write(bytes) {
      if (over || !hostOpen || queuedBytes + bytes.length > wireQueueBytesMax) return
      queue.push(bytes)
      queuedBytes += bytes.length
      flush()
    },
    stall(on) {
      stalled = on
      if (!on && lookDue) look()
    },
    async close() {
      if (over) return
      over = true
      clearTimeout(timer)
      poller.stop()
      poller.destroy()
      while (busyCalls > 0) await tick()
      await tick()
      await tick()
      await new Promise<void>(resolve => close(fd, () => resolve()))
      if (hostOpen) listeners.onHostClose()
    },
  }
}

function tick(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve))
}

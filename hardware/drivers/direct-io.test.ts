/** A port that reads and writes by itself, whatever the pool of threads is busy with. A pipe is the line. */
import { execFileSync } from 'node:child_process'
import { closeSync, constants, open, openSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Poller } from '@serialport/bindings-cpp/dist/poller.js'
import t, { type Test } from 'tap'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { useDirectIo } from './direct-io.ts'

/** Threads of libuv's pool unless it is told otherwise. */
const POOL = 4
/** More than a pipe holds. */
const LONG = 200_000

const { O_NONBLOCK, O_RDONLY, O_RDWR, O_WRONLY } = constants

function makePipe(): string {
  const path = join(tempDir(), 'pipe')
  execFileSync('mkfifo', [path])
  return path
}

/** Each thread waits to open a pipe that nobody writes to; what is given lets them go. */
function holdPool(): () => Promise<void> {
  const path = makePipe()
  const held = Array.from({ length: POOL }, () => promisify(open)(path, 'r'))
  return async () => {
    const writer = openSync(path, O_RDWR)
    for (const fd of await Promise.all(held)) closeSync(fd)
    closeSync(writer)
  }
}

function portOn(t: Test, path: string, how: number) {
  const fd = openSync(path, how | O_NONBLOCK)
  const unused = () => Promise.reject(new Error('as the library has it'))
  const poller = new Poller(fd)
  const port = { fd, poller, writeOperation: null, read: unused, write: unused }
  useDirectIo(port)
  t.teardown(() => {
    poller.destroy()
    closeSync(fd)
  })
  const io = port as unknown as {
    read(buffer: Buffer, offset: number, length: number): Promise<{ bytesRead: number }>
    write(bytes: Buffer): Promise<void>
  }
  return { ...io, poller }
}

t.test('bytes are written and read while no thread of the pool is free', async t => {
  const letGo = holdPool()
  try {
    const port = portOn(t, makePipe(), O_RDWR)
    const buffer = Buffer.alloc(8)
    const reading = port.read(buffer, 2, 6)
    await port.write(Buffer.of(4, 5))
    t.equal((await reading).bytesRead, 2)
    t.same([...buffer], [0, 0, 4, 5, 0, 0, 0, 0])
  } finally {
    await letGo()
  }
})

/** 0 while there is nothing. */
function readSome(fd: number, into: Buffer, offset: number): number {
  try {
    return readSync(fd, into.subarray(offset))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}

t.test('what a full line does not take is written once it does, in order', async t => {
  const path = makePipe()
  const far = openSync(path, O_RDONLY | O_NONBLOCK)
  t.teardown(() => closeSync(far))
  const port = portOn(t, path, O_WRONLY)
  const sent = Buffer.alloc(LONG, 'abcdefghi')
  let written = false
  const writing = port.write(sent).then(() => {
    written = true
  })
  const heard = Buffer.alloc(LONG)
  let count = readSync(far, heard)
  t.ok(count < LONG)
  t.notOk(written, 'not before it is taken')
  while (count < LONG) {
    await new Promise(setImmediate)
    count += readSome(far, heard, count)
  }
  await writing
  t.ok(heard.equals(sent))
})

t.test('a line that hangs up is lost; a port that is closed has only stopped', async t => {
  const path = makePipe()
  const gone = portOn(t, path, O_RDONLY)
  const far = openSync(path, O_WRONLY)
  writeSync(far, Buffer.of(1))
  t.equal((await gone.read(Buffer.alloc(8), 0, 8)).bytesRead, 1)
  const losing = gone.read(Buffer.alloc(8), 0, 8)
  closeSync(far)
  await t.rejects(losing, { disconnect: true, message: 'the line hung up' })

  const closed = portOn(t, makePipe(), O_RDWR)
  const reading = closed.read(Buffer.alloc(8), 0, 8)
  closed.poller.stop()
  await t.rejects(reading, { message: 'Canceled' })
})

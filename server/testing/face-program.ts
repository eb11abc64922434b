/**
 * A program in the place of the face check's own, for tests of what stands around it: a picture is a
 * word that says what becomes of the process while it is decoded, and a number after `#` if it must be
 * another one. Any other word is a good picture.
 */
import { setInterval } from 'node:timers'

interface Request {
  readonly id: number
  readonly what: 'check' | 'describe'
  readonly onFile?: Uint8Array
  readonly picture?: Uint8Array
  readonly capture?: { readonly frames: readonly { readonly picture: Uint8Array }[] }
}

const tell = (message: object) => process.send?.(message)
const stay = setInterval(() => {}, 1000)

const ENDS: Readonly<Record<string, () => void>> = {
  crash: () => process.kill(process.pid, 'SIGSEGV'),
  memory: () => process.kill(process.pid, 'SIGKILL'),
  abort: () => process.abort(),
  exit: () => process.exit(1),
  hang: () => {
    for (;;);
  },
}

process.on('disconnect', () => clearInterval(stay))
process.on('message', ({ id, onFile, picture, capture }: Request) => {
  const sent = picture === undefined ? (capture?.frames ?? []) : [{ picture }]
  for (const one of sent) decode(id, one.picture, 'sent')
  if (onFile !== undefined) decode(id, onFile, 'on file')
  if (sent.some(one => wordOf(one.picture) === 'network')) process.kill(process.pid, 'SIGKILL')
  const value =
    picture === undefined
      ? { challengePassed: true, matched: true, band: 'near' }
      : { ok: true, embedding: [], photo: picture }
  const rssMib = sent.some(one => wordOf(one.picture) === 'large') ? 4096 : 100
  tell({ id, value, rssMib })
})
tell({ id: 0 })

const wordOf = (picture: Uint8Array) => Buffer.from(picture).toString().split('#', 1)[0] ?? ''

function decode(id: number, picture: Uint8Array, whose: 'sent' | 'on file'): void {
  tell({ id, decoding: whose })
  ENDS[wordOf(picture)]?.()
  tell({ id, decoding: 'none' })
}

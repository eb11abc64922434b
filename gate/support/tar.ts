/** A tar archive in the ustar format (POSIX.1-1988), plain files only. Pure. */

export interface TarFile {
  /** With slashes; 1 to 100 bytes of ASCII. */
  readonly name: string
  readonly bytes: Uint8Array
}

const BLOCK = 512
const NAME_BYTES_MAX = 100
const MODE = 0o600

/** `atS`: the files' time, Unix seconds. Throws RangeError for a name that the format does not take. */
export function tarOf(files: readonly TarFile[], atS: number): Uint8Array {
  const parts = files.flatMap(({ name, bytes }) => [
    headerOf(name, bytes.length, atS),
    bytes,
    new Uint8Array((BLOCK - (bytes.length % BLOCK)) % BLOCK),
  ])
  return Buffer.concat([...parts, new Uint8Array(2 * BLOCK)])
}

function headerOf(name: string, size: number, atS: number): Uint8Array {
  if (!/^[ -~]+$/.test(name) || name.length > NAME_BYTES_MAX) {
    throw new RangeError(`no name for a file of an archive: ${JSON.stringify(name)}`)
  }
  const header = Buffer.alloc(BLOCK)
  const octal = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  header.write(name, 0, 'latin1')
  octal(MODE, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(Math.floor(atS), 136, 12)
  header.write('        0', 148, 'latin1')
  header.write('ustar\x0000', 257, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/**
 * Builds the gate firmware with avr-gcc, in a temporary folder, and writes gate.hex and
 * gate.hex.sha256: for `npm run firmware`.
 *
 * The same compiler gives the same bytes from any folder, so its version stands beside the hash.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = import.meta.dirname
const sources = ['gate.c', 'pins.c', 'uart.c', 'safety.c', 'guard.c', 'firmata.c']
const flags = [
  '-mmcu=atmega328p',
  '-DF_CPU=16000000UL',
  '-std=gnu11',
  '-Os',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-ffunction-sections',
  '-fdata-sections',
  '-Wl,--gc-sections',
]

export interface Built {
  readonly hex: string
  /** The text of gate.hex.sha256: hash and file name, then the compiler's first line. */
  readonly stamp: string
}

/** Null when this machine has no avr-gcc. Throws with the compiler's words when it fails. */
export function buildFirmware(): Built | null {
  const version = spawnSync('avr-gcc', ['--version'], { encoding: 'utf8' })
  if (version.error) return null
  const out = mkdtempSync(join(tmpdir(), 'firmware-'))
  try {
    run('avr-gcc', [...flags, '-o', join(out, 'gate.elf'), ...sources])
    run('avr-objcopy', [
      ...['-O', 'ihex', '-R', '.eeprom'],
      join(out, 'gate.elf'),
      join(out, 'gate.hex'),
    ])
    const hex = readFileSync(join(out, 'gate.hex'), 'utf8').replaceAll('\r\n', '\n')
    const hash = createHash('sha256').update(hex).digest('hex')
    return { hex, stamp: `${hash}  gate.hex\n${version.stdout.split('\n')[0]}\n` }
  } finally {
    rmSync(out, { recursive: true, force: true })
  }
}

/** Makes it what is to be committed. */
export function writeFirmware({ hex, stamp }: Built): void {
  writeFileSync(join(folder, 'gate.hex'), hex)
  writeFileSync(join(folder, 'gate.hex.sha256'), stamp)
}

/** What is committed. */
export function committedFirmware(): Built {
  const read = (file: string) => readFileSync(join(folder, file), 'utf8')
  return { hex: read('gate.hex'), stamp: read('gate.hex.sha256') }
}

function run(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  if (result.error) throw new Error(`${program} can't be run`, { cause: result.error })
  if (result.status !== 0) throw new Error(`${program} failed:\n${result.stderr}`)
}

/**
 * Sets a GM65-family module up at every opening of its port: printed setup codes off first (or any
 * passer-by reconfigures the scanner), then mode, tail, AIM identifier and speed. Flash is written
 * only when something was different.
 */
import { DeviceError } from '../errors.ts'
import type { Timers } from '../ports.ts'
import {
  gm65BaudValues,
  gm65FactoryBaudRate,
  gm65Read,
  gm65Save,
  gm65Write,
  gm65Zones,
} from './gm65.ts'

export interface Gm65Line {
  write(bytes: Uint8Array): Promise<void>
  /** Absent when the line's speed can't be changed; then the module's is left alone. */
  setBaudRate?(baudRate: number): Promise<void>
  /** Calls back with the data of the next answers until it is ended. */
  onAnswer(listener: (data: Uint8Array) => void): () => void
}

export interface Gm65SetupOptions {
  readonly name: string
  readonly line: Gm65Line
  readonly baudRate: number
  readonly timers: Timers
  /** Default `continuous`: the module looks by itself. */
  readonly mode?: 'continuous' | 'command'
}

const answerMsMax = 300
const tries = 2
const modeBits = { command: 1, continuous: 2 }
const tailCr = 0x01
const aimOn = 0x80
const setupCodesOff = 0x02

/** Rejects with DeviceError `DEVICE_SILENT` when the module does not answer at any speed. */
export async function setUpGm65(options: Gm65SetupOptions): Promise<void> {
  const { line, baudRate } = options
  const rates = line.setBaudRate === undefined ? [baudRate] : [baudRate, gm65FactoryBaudRate]
  for (const rate of new Set(rates)) {
    await line.setBaudRate?.(rate)
    if ((await ask(options, gm65Write(gm65Zones.setupCodes, setupCodesOff))) === null) continue
    await setRegisters(options, rate)
    return
  }
  throw silent(options.name)
}

async function setRegisters(options: Gm65SetupOptions, rate: number): Promise<void> {
  const { line, baudRate } = options
  let changed = false
  const mode = await readZone(options, gm65Zones.mode)
  const wanted: readonly [number, number][] = [
    [gm65Zones.mode, ((mode[0] ?? 0) & ~0x03) | modeBits[options.mode ?? 'continuous']],
    [gm65Zones.tail, tailCr],
    [gm65Zones.aim, aimOn],
  ]
  for (const [zone, value] of wanted) {
    const now = zone === gm65Zones.mode ? mode : await readZone(options, zone)
    if (now[0] === value) continue
    if ((await ask(options, gm65Write(zone, value))) === null) throw silent(options.name)
    changed = true
  }
  const baud = gm65BaudValues.get(baudRate)
  if (rate !== baudRate && baud !== undefined && line.setBaudRate !== undefined) {
    // The answer comes at the old or the new speed, so it is not waited for.
    await line.write(gm65Write(gm65Zones.baud, baud & 0xff, baud >> 8))
    await pause(options.timers, answerMsMax)
    await line.setBaudRate(baudRate)
    await readZone(options, gm65Zones.mode)
    changed = true
  }
  if (changed && (await ask(options, gm65Save())) === null) throw silent(options.name)
}

async function readZone(options: Gm65SetupOptions, zone: number): Promise<Uint8Array> {
  const data = await ask(options, gm65Read(zone))
  if (data === null) throw silent(options.name)
  return data
}

/** The answer's data, or null when there is none in time. */
async function ask(options: Gm65SetupOptions, bytes: Uint8Array): Promise<Uint8Array | null> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const answer = new Promise<Uint8Array | null>(resolve => {
      const stopWaiting = options.timers.after(answerMsMax, () => done(null))
      const end = options.line.onAnswer(data => done(data))
      function done(data: Uint8Array | null): void {
        stopWaiting()
        end()
        resolve(data)
      }
    })
    await options.line.write(bytes)
    const data = await answer
    if (data !== null) return data
  }
  return null
}

function pause(timers: Timers, ms: number): Promise<void> {
  return new Promise(resolve => {
    timers.after(ms, resolve)
  })
}

function silent(name: string): DeviceError {
  return new DeviceError(
    'DEVICE_SILENT',
    name,
    `${name}: the scanner does not answer its set-up; check that it is of the GM65 family and ` +
      'that its RX line is connected, or leave gm65 out of the config',
  )
}

/**
 * A gate's readers as they were in the field: the production driver over what the device sent, byte by
 * byte or report by report; of a camera the text that it read.
 */

import type { VirtualTime } from '../../../fixtures/clock.ts'
import { createHandReader } from '../../../fixtures/hand-devices.ts'
import { openReader } from '../../../gate/assembly/open-reader.ts'
import type { LaneReaderConfig } from '../../../gate/contract/reader-config.ts'
import { createDeviceStates } from '../../../hardware/device-states.ts'
import { gm65Zones } from '../../../hardware/drivers/gm65.ts'
import type { HidBackend, HidInfo } from '../../../hardware/drivers/hid-backend.ts'
import { createSerialScanner } from '../../../hardware/drivers/scanner-serial.ts'
import { createListeners } from '../../../hardware/listeners.ts'
import type { ByteTransport, CodeReader } from '../../../hardware/ports.ts'
import { connectGm65, createGm65Registers } from '../../../hardware/sim/gm65-device.ts'
import { type FieldState, lostAs } from './field-board.ts'

export interface FieldReader {
  readonly reader: CodeReader
  become(state: FieldState): void
  /** What the device sent. */
  send(bytes: Uint8Array): void
  read(text: string): void
}

/** `sent`: in what form its codes came; none came: the form does not matter. */
export function createFieldReader(
  one: LaneReaderConfig,
  sent: 'bytes' | 'report' | 'text',
  time: VirtualTime,
): FieldReader {
  const { name, config } = one
  const ports = { timers: time.timers, clock: time.clock, random: () => 0.5 }
  if (config.kind === 'serial' && sent === 'bytes') {
    const { port, transport } = createFieldPort(name, config.profile === 'gm65')
    const { baudRate, suffix, prefix, pauseMs, profile } = config
    const reader = createSerialScanner({
      ...{ name, port: transport, baudRate, suffix, prefix, pauseMs, ...ports },
      gm65: profile === 'gm65',
    })
    return { reader, ...port, read() {} }
  }
  if (config.kind === 'hid' && sent === 'report') {
    const { backend, ...device } = createFieldHid(name, config)
    const reader = openReader(one, { ...ports, hid: backend })
    return { reader, ...device, read() {} }
  }
  const reader = createHandReader(time, name)
  return { reader, become: reader.become, send() {}, read: reader.read }
}

/** A module that is to be set up answers as one that is set up already. */
function createFieldPort(name: string, isGm65: boolean) {
  const states = createDeviceStates()
  const bytesIn = createListeners<[Uint8Array]>()
  let toDevice: (bytes: Uint8Array) => void = () => {}
  const transport: ByteTransport = {
    name,
    onState: states.follow,
    onBytes: listener => bytesIn.add(listener),
    write: async bytes => toDevice(bytes),
    close: async () => {},
  }
  if (isGm65) {
    const registers = createGm65Registers()
    for (const [zone, value] of [
      [gm65Zones.setupCodes, 0x02],
      [gm65Zones.tail, 0x01],
      [gm65Zones.aim, 0x80],
    ] as const) {
      registers.zones.set(zone, value)
    }
    const wire = {
      onHostOpen() {},
      onBytes(listener: (bytes: Uint8Array) => void) {
        toDevice = listener
      },
      write: (bytes: Uint8Array) => bytesIn.emit(bytes),
    }
    connectGm65(wire as unknown as Parameters<typeof connectGm65>[0], registers)
  }
  return {
    transport,
    port: {
      become(state: FieldState) {
        states.set(state === 'lost' ? { state, error: lostAs(name) } : { state })
      },
      send: (bytes: Uint8Array) => bytesIn.emit(bytes),
    },
  }
}

type HidConfig = Extract<LaneReaderConfig['config'], { kind: 'hid' }>

/** One device as its config names it; while it is away the driver finds none. */
function createFieldHid(name: string, { device = '0001:0001', path, profile }: HidConfig) {
  const [vendor = '', product = '', serial] = device.split(':')
  const info: HidInfo = {
    ...{ path: name, vendorId: Number.parseInt(vendor, 16) },
    ...{ productId: Number.parseInt(product, 16), usagePage: profile === 'wedge' ? 1 : 0x8c },
    ...(serial && { serial }),
    ...(path && { port: path }),
  }
  const reports = createListeners<[Uint8Array]>()
  const errors = createListeners<[Error]>()
  let isThere = Promise.withResolvers<void>()
  const backend: HidBackend = {
    async devices() {
      await isThere.promise
      return [info]
    },
    open: async () => ({
      onReport: listener => reports.add(listener),
      onError: listener => errors.add(listener),
      close() {},
    }),
  }
  return {
    backend,
    send: (report: Uint8Array) => reports.emit(report),
    become(state: FieldState) {
      if (state === 'ready') isThere.resolve()
      else {
        isThere = Promise.withResolvers()
        if (state === 'lost') errors.emit(lostAs(name))
      }
    },
  }
}

/**
 * An MQTT connection, held to its bounds: a packet that is too long ends it before it fills
 * memory, and one that sends too much is slowed down, so that it costs no more than its share.
 */
import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { createPacketMeter } from './packet-meter.ts'

export interface ConnectionLimits {
  readonly packetBytesMax: number
  /** A longer packet is left out up to this; undefined: it ends the connection. */
  readonly packetSkipMax?: number
  readonly bytesPerS: number
  readonly packetsPerS: number
}

/** The stream to be read and written in the place of `socket`, which is its alone from now on. */
export function guardSocket(
  socket: Socket,
  timers: Timers,
  limits: ConnectionLimits,
  onSkipped: (packets: number) => void = () => {},
): Duplex {
  const meter = createPacketMeter(limits.packetBytesMax, limits.packetSkipMax)
  let rest: Unsubscribe | undefined
  let full = false

  const guarded = new Duplex({
    read() {
      full = false
      if (rest === undefined) socket.resume()
    },
    write: (chunk, _encoding, done) => void socket.write(chunk, done),
    final: done => void socket.end(done),
    destroy(error, done) {
      rest?.()
      socket.destroy()
      done(error)
    },
  })

  socket.on('data', chunk => {
    const measured = meter.measure(chunk)
    if (measured === undefined) {
      const mib = (limits.packetSkipMax ?? limits.packetBytesMax) / 1_048_576
      guarded.destroy(
        new Error(`the other end sent a packet above ${mib.toFixed(1)} MiB, or no MQTT`),
      )
      return
    }
    const { packets, kept, skipped } = measured
    if (skipped > 0) onSkipped(skipped)
    full = kept.length > 0 && !guarded.push(Buffer.concat(kept))
    const share = Math.max(chunk.length / limits.bytesPerS, packets / limits.packetsPerS)
    if (full || share > 0) socket.pause()
    // As long as what came may take at its rate.
    rest = timers.after(share * 1000, () => {
      rest = undefined
      if (!full) socket.resume()
    })
  })
  socket.on('end', () => guarded.push(null))
  socket.on('error', error => guarded.destroy(error))
  socket.on('close', () => guarded.destroy())
  return guarded
}

import t from 'tap'
import { createPacketMeter } from './packet-meter.ts'

const PING = Uint8Array.of(0xc0, 0)

/** A PUBLISH whose part after its header is `bytes` long. */
function publish(bytes: number): Buffer {
  const length: number[] = []
  for (let rest = bytes; length.length === 0 || rest > 0; rest >>= 7) {
    length.push((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0))
  }
  return Buffer.concat([Uint8Array.of(0x30, ...length), Buffer.alloc(bytes, 0xff)])
}

t.test('packets are counted whatever pieces they come in', t => {
  const all = Buffer.concat([publish(0), PING, publish(130), PING, PING, publish(20_000)])
  for (const step of [1, 2, 3, 7, 100, all.length]) {
    const meter = createPacketMeter(21_000)
    let packets = 0
    for (let at = 0; at < all.length; at += step) {
      packets += meter.measure(all.subarray(at, at + step))?.packets ?? Number.NaN
    }
    t.equal(packets, 6, `${step} bytes at a time`)
  }
  t.end()
})

t.test('one too long is known by its header; at the limit it is not', t => {
  const packet = publish(1000)
  t.equal(createPacketMeter(packet.length).measure(packet)?.packets, 1)
  t.equal(createPacketMeter(packet.length - 1).measure(packet.subarray(0, 3)), undefined)
  const longest = Uint8Array.of(0x30, 0xff, 0xff, 0xff, 0x7f)
  t.equal(createPacketMeter(2 ** 30).measure(longest)?.packets, 1)
  const five = Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01)
  t.equal(createPacketMeter(2 ** 40).measure(five), undefined, 'a length of five bytes')
  t.end()
})

t.test('one too long is left out, and what stands around it is whole', t => {
  const all = Buffer.concat([PING, publish(5000), publish(130), publish(3000), PING])
  const expected = Buffer.concat([PING, publish(130), PING])
  for (const step of [1, 2, 3, 7, 100, all.length]) {
    const meter = createPacketMeter(1000, 6000)
    const kept: Uint8Array[] = []
    let skipped = 0
    for (let at = 0; at < all.length; at += step) {
      const measured = meter.measure(all.subarray(at, at + step))
      kept.push(...(measured?.kept ?? []))
      skipped += measured?.skipped ?? Number.NaN
    }
    t.same(Buffer.concat(kept), expected, `${step} bytes at a time`)
    t.equal(skipped, 2)
  }
  t.equal(createPacketMeter(1000, 6000).measure(publish(7000)), undefined)
  t.end()
})

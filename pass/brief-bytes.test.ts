import t from 'tap'
import { briefBytes } from './brief-bytes.ts'

t.test(
  'brief bytes are zeros, each its own part of a chunk; long ones have an array of their own',
  async t => {
    const parts = Array.from({ length: 200 }, () => briefBytes(300))
    t.ok(new Set(parts.map(part => part.buffer)).size < 10)
    for (const [i, part] of parts.entries()) {
      t.equal(part.length, 300)
      t.ok(part.every(byte => byte === 0))
      part.fill(i + 1)
    }
    t.ok(parts.every((part, i) => part.every(byte => byte === (i + 1) % 256)))
    t.equal(briefBytes(0).length, 0)
    t.equal(briefBytes(5000).buffer.byteLength, 5000)
  },
)

import t from 'tap'
import type { GateControl } from '../contract/control.ts'
import { pinsOfParts } from './pins-of-parts.ts'

const hidden = { kind: 'camera', source: { type: 'mjpeg', url: 'http://***@cam.local/video' } }
const lane = (name: string, board: object) => ({
  ...{ name, direction: 'entry' as const, readers: [hidden] },
  board: { port: 'board', ...board },
})
const value = {
  ...{ gate: 'g1', service: { url: 'http://127.0.0.1:1' } },
  lanes: [lane('A', {}), lane('B', { profile: 'flap', pins: { fire: null } })],
}
const pinsBy = (running: object) =>
  pinsOfParts({ config: { running: () => running } as unknown as GateControl['config'] })
const pinOf = pinsBy({ ok: true, value })

t.test(
  'as the running config wires it, with its defaults, also when it hides addresses',
  async t => {
    t.equal(pinOf('A', 'beamA'), 8)
    t.equal(pinOf('A', 'entry'), 2)
    t.equal(pinOf('A', 'arrow'), 5)
    t.equal(pinOf('A', 'buzzer'), 7)
    t.equal(pinOf('B', 'beamF'), 19)
    t.equal(pinOf('B', 'fire'), undefined, 'taken away')
    t.equal(pinOf('C', 'beamA'), undefined, 'no such lane')
    t.equal(pinsBy({ ok: false, code: 'NOT_RUNNING', problems: [] })('A', 'beamA'), undefined)
  },
)

/** The parts of the bench, in the order in which they are measured. */
import { benchBarrier } from './barrier.ts'
import { benchCamera, CAMERA_STEPS } from './camera.ts'
import { benchConsole } from './console.ts'
import { benchFace } from './face.ts'
import type { BenchHow, Figure } from './figure.ts'
import { benchGate, GATE_STEPS } from './gate.ts'
import { benchHardware } from './hardware.ts'
import { benchMachine } from './machine.ts'
import { benchPass, PASS_STEPS } from './pass.ts'
import { benchRevocation } from './revocation.ts'
import { benchServer, SERVER_STEPS } from './server.ts'
import { benchStation } from './station-page.ts'
import { benchWeb, WEB_STEPS } from './web.ts'

export const PARTS: Readonly<Record<string, (how: BenchHow) => Promise<Figure[]>>> = {
  machine: benchMachine,
  pass: benchPass,
  hardware: benchHardware,
  camera: benchCamera,
  barrier: benchBarrier,
  gate: benchGate,
  console: benchConsole,
  face: benchFace,
  revocation: benchRevocation,
  server: benchServer,
  web: benchWeb,
  station: benchStation,
}

/** Parts that may be measured in steps. */
export const STEPS: Readonly<Record<string, readonly string[]>> = {
  pass: PASS_STEPS,
  server: SERVER_STEPS,
  camera: CAMERA_STEPS,
  gate: GATE_STEPS,
  web: WEB_STEPS,
}

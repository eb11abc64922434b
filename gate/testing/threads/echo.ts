/** What a test asks through a port: in a thread (`echo-thread.ts`) and in its own process. */
import type { Answerer } from '../../threads/request-port.ts'

export interface EchoCalls {
  add(a: number, b: number): number
  /** Says this before it answers. */
  notice(text: string): void
  refuse(code: string | undefined, message: string): never
  /** Holds its thread for so long, milliseconds. */
  hold(ms: number): void
}

export function createEcho(onNotice: (notice: unknown) => void): Answerer<EchoCalls> {
  return {
    add: (a, b) => a + b,
    notice: text => void onNotice(text),
    refuse(code, message) {
      throw Object.assign(new Error(message), { code })
    },
    hold: ms => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms),
    close: () => onNotice('closed'),
  }
}

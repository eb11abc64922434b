/** Somebody at a line of a real gate's console, who types and looks at the clock. */
import { untilSettled } from '../../hardware/sim/until.ts'
import { queuedMs } from './run-queue.ts'

const PASSWORD = 'correct horse'
const CTRL_C = '\x03'
/** Of some 50 bytes each: more than a pseudo terminal holds. */
const FILLING_ROWS = 120
/** At the end of what has come: readline draws the prompt, then puts the cursor behind it. */
const PROMPT = /north-1# \r\x1b\[9C$/
const MONITORS = /any key ends it/
const LOGIN = /login: \r\x1b\[7C$/

export interface Answer {
  /** From Enter to the last byte of the answer, prompt included, milliseconds. */
  readonly ms: number
  /** In which gate or seat had no processor. */
  readonly queuedMs: number
  readonly bytes: number
}

export interface Seat {
  /** Of a gate with nobody on file. */
  becomeAdmin(name: string): Promise<void>
  logIn(name: string): Promise<void>
  ask(command: string): Promise<Answer>
  /** Live events from now on. */
  monitor(): Promise<void>
  /** The same, after so much that a line which takes nothing is full. Resolves once it takes it. */
  fillAndMonitor(): Promise<void>
  /** Ends what prints. */
  stop(): Promise<void>
  /** From the line. */
  receive(bytes: Uint8Array): void
}

/** `send`: to the line. `gatePid`: the gate's process. */
export function createSeat(send: (bytes: Uint8Array) => void, gatePid: number): Seat {
  const pids = [gatePid, process.pid]
  let text = ''
  let wanted: { readonly end: RegExp; readonly come: (atMs: number) => void } | undefined

  /** Types, and waits until what has come since ends so; when that was. */
  function typed(keys: string, end: RegExp): Promise<number> {
    text = ''
    const come = new Promise<number>(resolve => {
      wanted = { end, come: resolve }
    })
    send(Buffer.from(keys))
    return untilSettled(`${end} after ${JSON.stringify(keys)}`, come)
  }

  async function ask(command: string, end = PROMPT): Promise<Answer> {
    await typed(command, new RegExp(`${command}$`))
    const queuedBeforeMs = queuedMs(pids)
    const fromMs = performance.now()
    const atMs = await typed('\r', end)
    return { ms: atMs - fromMs, queuedMs: queuedMs(pids) - queuedBeforeMs, bytes: text.length }
  }

  return {
    async becomeAdmin(name) {
      await typed('\r', LOGIN)
      await typed(`${name}\r`, /new password: $/)
      await typed(`${PASSWORD}\r`, /again: $/)
      await typed(`${PASSWORD}\r`, PROMPT)
    },
    async logIn(name) {
      await typed('\r', LOGIN)
      await typed(`${name}\r`, /password: $/)
      await typed(`${PASSWORD}\r`, PROMPT)
    },
    ask: command => ask(command),
    async monitor() {
      await ask('monitor', MONITORS)
    },
    async fillAndMonitor() {
      await typed(`journal tail ${FILLING_ROWS}\rmonitor\r`, MONITORS)
    },
    async stop() {
      await typed(CTRL_C, PROMPT)
    },
    receive(bytes) {
      text += Buffer.from(bytes).toString('latin1')
      if (wanted?.end.test(text) !== true) return
      wanted.come(performance.now())
      wanted = undefined
    },
  }
}

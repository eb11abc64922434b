/**
 * Whoever sits at one line: logs in, runs commands, leaves. It ends by `logout`, by Ctrl-D, when
 * nothing was typed for a while, and when the line goes; nothing that was typed is left then.
 */
import type { Timers, Unsubscribe } from '../../hardware/ports.ts'
import { type Caller, failureLine, type Present, type Shared } from './command.ts'
import { KEY } from './keys.ts'
import type { LineWriter } from './line-writer.ts'
import { type LoggedIn, type LoginGuard, logIn } from './login.ts'
import type { LineRunner } from './run-line.ts'
import { createTerminal, HungUp } from './terminal.ts'
import { plainText } from './terminal-text.ts'

export interface SessionParts {
  readonly shared: Shared
  readonly runner: LineRunner
  readonly writer: LineWriter
  readonly timers: Timers
  readonly guard: LoginGuard
  /** As others see it: `serial`, `socket 2`. */
  readonly line: string
  readonly idleMs: number
  /** Called when somebody has logged in, and with undefined when they have left. */
  readonly onPresent: (present: Present | undefined) => void
  readonly onFault: (error: unknown) => void
}

export interface Session {
  receive(bytes: Uint8Array): void
  /** The line went away: whoever was there is logged out. The next bytes begin anew. */
  hangUp(): void
  /** The line is there again. */
  greet(): void
  close(): void
}

export function createSession(parts: SessionParts): Session {
  const { shared, runner, writer, timers, line } = parts
  let present: Present | undefined
  let stopIdle: Unsubscribe = () => {}
  let over = false
  let leave: () => void = () => {}
  let interrupted: () => void = () => {}
  const history: string[] = []

  const terminal = createTerminal(writer, { interrupt: () => interrupted(), byte: stayAwake })

  function stayAwake(): void {
    stopIdle()
    stopIdle = timers.after(parts.idleMs, () => {
      if (present !== undefined) terminal.write('\nlogged out: nothing was typed for a while\n')
      hangUp()
    })
  }

  function hangUp(): void {
    stopIdle()
    terminal.hangUp()
    leave()
  }

  function setPresent(next: Present | undefined): void {
    const before = present
    present = next
    history.length = 0
    parts.onPresent(next)
    if (before === undefined) return
    const { editor } = shared
    if (editor.who() === before) {
      shared.control.config.discard()
      editor.set(undefined)
    }
    shared.note({ about: 'logout', by: before.user, detail: `at ${line}` })
  }

  /** Until they leave. Rejects with HungUp. */
  async function work({ name, level }: LoggedIn): Promise<void> {
    const me: Present = { user: name, level, line, sinceMs: shared.nowMs() }
    setPresent(me)
    const gone = new Promise<never>((_, reject) => {
      leave = () => reject(new HungUp())
    })
    gone.catch(() => {})
    terminal.write(`${name} is logged in as ${level}. Type help, or ? at any place.\n`)
    const prompt = `${promptName(await shared.control.status())}${level === 'admin' ? '#' : '>'} `
    for (;;) {
      const typed = await terminal.readLine(prompt, {
        history,
        complete: before => runner.complete(before, me),
        explain: before => runner.explain(before, me),
      })
      if (typed.kind === 'end') return terminal.write('logout\n')
      const done = typed.kind === 'line' ? await runOne(typed.text, me, gone) : typed.kind
      if (done === 'logout') return
      if (done === 'too long') terminal.write(`${failureLine('LINE_TOO_LONG', [])}\n`)
      if (done === false || done === 'too long') await dropPasted()
    }
  }

  /** Ctrl-C leaves what still runs to its end, and prints no more of it. */
  async function runOne(
    text: string,
    me: Present,
    gone: Promise<never>,
  ): Promise<boolean | 'logout'> {
    const caller = callerFor(me)
    const stopped = new Promise<true>(resolve => {
      interrupted = () => {
        caller.stop()
        terminal.write('^C\n')
        resolve(true)
      }
    })
    try {
      return await Promise.race([runner.run(text, caller), gone, stopped])
    } finally {
      caller.stop()
      interrupted = () => {}
    }
  }

  /** What follows without a gap is the rest of a pasted block: it is not run. */
  async function dropPasted(): Promise<void> {
    const dropped = await terminal.dropPasted(timers)
    if (dropped > 0) terminal.write('the rest of what was pasted was not run\n')
  }

  function callerFor(me: Present): Caller & { stop(): void } {
    const leaving = new AbortController()
    const isHere = () => present === me && !leaving.signal.aborted
    async function key(): Promise<number> {
      if (!isHere()) throw new HungUp()
      return terminal.readKey()
    }
    return {
      ...shared,
      ...{ me, by: `${me.user} at ${line}`, terminal, drained: writer.drained, isHere },
      left: leaving.signal,
      stop: () => leaving.abort(),
      print(text) {
        if (isHere()) terminal.write(`${plainText(text, terminal.utf8)}\n`)
      },
      async ask(prompt, how) {
        if (!isHere()) throw new HungUp()
        const typed = await terminal.readLine(prompt, how)
        return typed.kind === 'line' ? typed.text : undefined
      },
      key,
      async more(prompt) {
        if (terminal.typedAhead() > 0) return true
        terminal.write(prompt)
        const pressed = await key()
        terminal.write(`\r${' '.repeat(prompt.length)}\r`)
        return pressed === KEY.space || pressed === KEY.enter
      },
    }
  }

  async function sit(): Promise<void> {
    const loggedIn = await logIn({ ...parts, ...shared, terminal })
    if (loggedIn !== undefined) await work(loggedIn)
  }

  async function run(): Promise<void> {
    while (!over) {
      try {
        await sit()
      } catch (error) {
        if (!(error instanceof HungUp)) parts.onFault(error)
      }
      if (present !== undefined) setPresent(undefined)
      leave = () => {}
    }
  }

  void run()
  return {
    receive: terminal.receive,
    hangUp() {
      hangUp()
      writer.clear()
    },
    greet: () => terminal.write(BANNER),
    close() {
      over = true
      hangUp()
    },
  }
}

const BANNER = "\nWicketgate: the technician's console. Press Enter.\n"

const promptName = ({ gate }: { readonly gate: string }) => gate

/**
 * Requests to work that may run in a thread of its own: a function by name with its arguments, one
 * answer each, in order. Whoever asks can't tell whether a thread answers (`thread-port.ts`) or this
 * process (`createLocalPort`), so that a whole gate can run in one process.
 */

/** Functions by name. Arguments and results are such as a thread can be sent (structured clone). */
export type Calls<C> = Readonly<Record<keyof C, (...args: never[]) => unknown>>

export interface RequestPort<C extends Calls<C>> {
  /** Rejects with RequestError; codes of the work itself are passed on. */
  ask<Name extends keyof C & string>(
    name: Name,
    ...args: Parameters<C[Name]>
  ): Promise<ReturnType<C[Name]>>
  /** Ends for good once all that was asked is answered. Rejects when closing itself fails. */
  close(): Promise<void>
}

/** What answers: the calls, and how they end. */
export type Answerer<C> = C & { close(): void }

/** Codes of the port itself. Others are of the work that was asked. */
export type PortErrorCode =
  /** More requests wait than allowed. */
  | 'BUSY'
  /** The thread died of an error while the request waited. */
  | 'DIED'
  /** The port was closed, or its thread is gone. */
  | 'ENDED'
  /** The work threw an error without a code of its own. */
  | 'FAILED'

export class RequestError extends Error {
  readonly code: string

  constructor(code: string, message: string) {
    super(message)
    this.name = 'RequestError'
    this.code = code
  }
}

/** Names a call; answered under the same id. */
export interface Request {
  readonly id: number
  readonly name: string
  readonly args: readonly unknown[]
}

/** `notice`: what the thread says without being asked. */
export type Answer =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly code: string; readonly message: string }
  | { readonly notice: unknown }

/** The call that closes; a thread ends after it. */
export const CLOSE = 'close'

/** Answers one request. Never throws. */
export function answerTo<C extends Calls<C>>(
  calls: Answerer<C>,
  { id, name, args }: Request,
): Exclude<Answer, { notice: unknown }> {
  try {
    const call = calls[name as keyof C] as unknown as (...args: readonly unknown[]) => unknown
    return { id, ok: true, value: call(...args) }
  } catch (error) {
    const { code, message } = error as { code?: unknown; message?: unknown }
    const told = typeof code === 'string' ? code : ('FAILED' satisfies PortErrorCode)
    return { id, ok: false, code: told, message: String(message ?? error) }
  }
}

/** Answers in this process: the call has run when `ask` returns, its promise resolves after. */
export function createLocalPort<C extends Calls<C>>(calls: Answerer<C>): RequestPort<C> {
  let closed = false

  async function run(name: string, args: readonly unknown[]): Promise<unknown> {
    if (closed) throw new RequestError('ENDED' satisfies PortErrorCode, 'it is closed')
    const answer = answerTo(calls, { id: 0, name, args })
    if (answer.ok) return answer.value
    throw new RequestError(answer.code, answer.message)
  }

  return {
    ask: (name, ...args) => run(name, args) as Promise<ReturnType<C[typeof name]>>,
    async close() {
      if (closed) return
      const closing = run(CLOSE, [])
      closed = true
      await closing
    },
  }
}

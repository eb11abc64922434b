/** The few parts of johnny-five 2.1.0 that the board driver uses; it ships no types. */
declare module 'johnny-five' {
  export interface BoardOptions {
    readonly io: unknown
    readonly repl: false
    readonly debug: false
    readonly sigint: false
  }
  export class Board {
    constructor(options: BoardOptions)
    on(event: string, listener: (...args: unknown[]) => void): this
  }
  export class Relay {
    constructor(options: { board: Board; pin: number; type: 'NO' })
    close(): this
    open(): this
    readonly isClosed: boolean
  }
  const five: { Board: typeof Board; Relay: typeof Relay }
  export default five
}

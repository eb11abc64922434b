/** Somebody who types at a line of a console in virtual time, and what they see there. */
import type { VirtualTime } from '../../../fixtures/clock.ts'
import { until } from '../../../hardware/sim/until.ts'

export const PASSWORD = 'correct horse'

/** At the end of what has come: readline draws the prompt, then puts the cursor behind it. */
export const LOGIN = /login: \r\x1b\[7C$/
export const PROMPT = /north-1[>#] \r\x1b\[9C$/

/** What takes longer waits for time to pass, milliseconds a look from then on. */
const QUICK_LOOKS = 30

/** Somebody at one line. */
export interface Typist {
  /** All that came since the last call, as text. */
  seen(): string
  type(text: string | Uint8Array): void
  /** Types, and waits until this comes, looking at what came since the last wait; gives all of that. */
  expect(typed: string, wanted: string | RegExp): Promise<string>
  /** Types a line and waits for the next prompt; gives what stands between. */
  command(line: string): Promise<string>
  logIn(name: string, password?: string): Promise<void>
}

/** What came and was not looked at yet. */
export interface Received {
  text: string
}

/** Real work goes on between the looks; virtual time only by what `step` says. */
export function createTypist(
  time: VirtualTime,
  write: (bytes: Uint8Array) => void,
  received: Received,
): Typist {
  function seen(): string {
    const { text } = received
    received.text = ''
    return text
  }

  async function expect(typed: string, wanted: string | RegExp): Promise<string> {
    const isThere = () =>
      typeof wanted === 'string' ? received.text.includes(wanted) : wanted.test(received.text)
    if (typed !== '') write(Buffer.from(typed))
    let looks = 0
    await until(`${JSON.stringify(wanted.toString())} after ${JSON.stringify(typed)}`, async () => {
      looks += 1
      if (!isThere()) await time.advanceAsync(looks > QUICK_LOOKS ? 50 : 1)
      return isThere()
    })
    return seen()
  }

  return {
    seen,
    type: text => write(Buffer.from(text)),
    expect,
    async command(line) {
      const all = await expect(`${line}\r`, PROMPT)
      return plain(all)
    },
    async logIn(name, password = PASSWORD) {
      await expect(`${name}\r`, 'password: ')
      await expect(`${password}\r`, PROMPT)
    },
  }
}

/** Without the escapes by which readline draws a line, and without the prompt at the end. */
export function plain(text: string): string {
  return text
    .replace(PROMPT, '')
    .replaceAll(/\r?\x1b\[\d*[A-Z]/g, '')
    .replaceAll('\r\n', '\n')
}

/** Starts the tests' OpenID Connect provider, and a browser that goes to it and back. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const PROGRAM = join(import.meta.dirname, 'oidc-program.ts')

export interface TestProvider {
  readonly issuer: string
  /** Which values its `groups` claim has for a login, and how it lies from now on. */
  tell(told: { groups?: Record<string, unknown>; lie?: string | null }): Promise<void>
  stop(): Promise<void>
}

/** `where`: in which answer the claims stand. */
export async function startProvider(
  callback: string,
  where: 'token' | 'userinfo' = 'token',
): Promise<TestProvider> {
  const stdio = ['ignore', 'pipe', 'ignore'] as const
  const child: ChildProcess = spawn(process.execPath, [PROGRAM, callback, where], {
    stdio: [...stdio],
  })
  const issuer = await new Promise<string>((resolve, reject) => {
    child.once('exit', code => reject(new Error(`the provider ended with ${code}`)))
    child.stdout?.on('data', (line: Buffer) => {
      const found = /"issuer":"([^"]+)"/.exec(String(line))?.[1]
      if (found !== undefined) resolve(found)
    })
  })
  return {
    issuer,
    async tell(told) {
      await fetch(`${issuer}/told`, { method: 'POST', body: JSON.stringify(told) })
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

interface Kept {
  readonly value: string
  readonly strict: boolean
}

/**
 * Cookies of one browser by host and port, and its way through pages that redirect. What it was sent to by a
 * page of another site it asks for without strict cookies (RFC 6265bis §5.2).
 */
export function makeBrowser() {
  const jars = new Map<string, Map<string, Kept>>()
  const jarOf = (url: URL) => {
    const jar = jars.get(url.host) ?? new Map<string, Kept>()
    jars.set(url.host, jar)
    return jar
  }

  function cookiesFor(url: URL, crossSite: boolean): string {
    const sent = [...jarOf(url)].filter(([, kept]) => !(crossSite && kept.strict))
    return sent.map(([name, kept]) => `${name}=${kept.value}`).join('; ')
  }

  function keep(url: URL, answer: Response): void {
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';').map(part => part.trim())
      const at = pair.indexOf('=')
      const name = pair.slice(0, at)
      const gone = attributes.some(one => /^max-age=0$/i.test(one))
      const strict = attributes.some(one => /^samesite=strict$/i.test(one))
      if (gone) jarOf(url).delete(name)
      else jarOf(url).set(name, { value: pair.slice(at + 1), strict })
    }
  }

  /** One request without following a redirect. */
  async function ask(address: string | URL, init: RequestInit = {}, crossSite = false) {
    const url = new URL(address)
    const headers = new Headers(init.headers)
    const cookie = cookiesFor(url, crossSite)
    if (cookie !== '') headers.set('cookie', cookie)
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' })
    keep(url, answer)
    return answer
  }

  return { ask, cookiesFor: (address: string) => cookiesFor(new URL(address), false) }
}

export type Browser = ReturnType<typeof makeBrowser>

const STEPS_MAX = 12

/**
 * From the provider's page through login and consent to the address that it sends the browser back
 * to, which is not asked for yet.
 */
export async function goThroughProvider(
  browser: Browser,
  start: string,
  login: string,
): Promise<string> {
  const { host } = new URL(start)
  let address = start
  let form: URLSearchParams | undefined
  for (let step = 0; step < STEPS_MAX; step++) {
    const init = form === undefined ? {} : { method: 'POST', body: form }
    const answer = await browser.ask(address, init)
    form = undefined
    const location = answer.headers.get('location')
    if (location !== null) {
      address = new URL(location, address).href
      if (new URL(address).host !== host) return address
      continue
    }
    const page = await answer.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    if (action === undefined) throw new Error(`the provider answered ${answer.status}`)
    address = new URL(action, address).href
    const prompt = /name="prompt" value="(\w+)"/.exec(page)?.[1] ?? ''
    form = new URLSearchParams({ prompt, login, password: 'any' })
  }
  throw new Error('the provider’s pages have no end')
}

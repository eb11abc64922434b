/** The verifier of `fixtures/second/` as a child process: requests in, verdicts out, in order. */

import { spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Request, Verdict } from './kind.ts'

const FOLDER = join(import.meta.dirname, '../../fixtures/second')
/** The one that Debian's package is for comes first. */
const INTERPRETERS = ['/usr/bin/python3', 'python3']
const PROBE = 'import sys, cryptography; sys.exit(sys.version_info < (3, 11))'

export interface Second {
  /** Its verdicts on the requests, in order. Rejects when the process ends before. */
  ask(requests: readonly Request[]): Promise<readonly Verdict[]>
  /** Ends it; resolves when it has ended. */
  close(): Promise<void>
}

/** An interpreter that can run it, or why there is none. */
export function findPython(): { readonly python: string } | { readonly missing: string } {
  for (const python of INTERPRETERS) {
    if (spawnSync(python, ['-c', PROBE], { stdio: 'ignore' }).status === 0) return { python }
  }
  return {
    missing:
      'needs python3 (3.11 or newer) with the package cryptography (Debian: python3-cryptography)',
  }
}

/** Starts it. It ends with this process. */
export function startSecond(python: string): Second {
  const child = spawn(python, ['-u', FOLDER], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' },
  })
  const end = (): void => {
    child.kill()
  }
  process.once('exit', end)
  const waiting: ((verdict: Verdict | undefined) => void)[] = []
  let ended = false
  const closed = new Promise<void>(resolve => {
    child.once('close', () => {
      ended = true
      process.off('exit', end)
      for (const settle of waiting.splice(0)) settle(undefined)
      resolve()
    })
  })
  child.once('error', () => {})
  child.stdin.on('error', () => {})
  createInterface({ input: child.stdout }).on('line', line => {
    waiting.shift()?.(JSON.parse(line) as Verdict)
  })
  return {
    async ask(requests) {
      const answers = requests.map(
        () =>
          new Promise<Verdict | undefined>(resolve =>
            ended ? resolve(undefined) : waiting.push(resolve),
          ),
      )
      child.stdin.write(requests.map(request => `${JSON.stringify(request)}\n`).join(''))
      const verdicts = await Promise.all(answers)
      return verdicts.map(verdict => {
        if (verdict === undefined) throw new Error('the second verifier ended before its answer')
        return verdict
      })
    },
    async close() {
      child.stdin.end()
      await closed
    },
  }
}

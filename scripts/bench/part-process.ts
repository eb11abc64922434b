/**
 * One part of the bench in a process of its own. In one process for all, what a part leaves behind, code
 * compiled for its data and a grown heap, changed the figures of the next by up to a tenth.
 */
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { END_WITH_PARENT } from '../../fixtures/child.ts'
import type { BenchHow, Figure } from './figure.ts'

/** `quiet`: lines for people are left out. */
export interface PartHow extends Omit<BenchHow, 'print'> {
  readonly quiet: boolean
}

/** It ended without figures, and has said why on standard error. */
export class PartError extends Error {}

/** Rejects with PartError. */
export function measurePart(name: string, how: PartHow): Promise<readonly Figure[]> {
  const child = fork(join(import.meta.dirname, 'part-child.ts'), [name, JSON.stringify(how)], {
    execArgv: [...process.execArgv, '--import', END_WITH_PARENT],
    // JSON has no NaN.
    serialization: 'advanced',
  })
  return new Promise((resolve, reject) => {
    let figures: readonly Figure[] | undefined
    child.once('message', told => {
      figures = told as readonly Figure[]
    })
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      if (code === 0 && figures !== undefined) resolve(figures)
      else reject(new PartError(`part ${name} ended with ${signal ?? code}`))
    })
  })
}

/** Says what is wrong with an input in words: the key, what was found, what may stand there. */
import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** One line an issue, e.g. `lanes.0.timing.waitMs: 50 is too small, at least 1000`. */
export function explainIssues(error: z.ZodError): string[] {
  return error.issues.flatMap(explain)
}

function explain(issue: Issue): string[] {
  const key = issue.path.join('.') || '(whole)'
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map(name => `${join(issue.path, name)}: unknown key`)
    case 'too_small':
      return [`${key}: too small, at least ${issue.minimum}${unit(issue.origin)}`]
    case 'too_big':
      return [`${key}: too large, at most ${issue.maximum}${unit(issue.origin)}`]
    case 'invalid_value':
      return [`${key}: must be ${issue.values.map(value => JSON.stringify(value)).join(' or ')}`]
    case 'invalid_union':
      return [`${key}: fits none of its forms: ${issue.errors.flat().map(allowed).join(' or ')}`]
    default:
      return [`${key}: ${issue.message}`]
  }
}

function allowed(issue: Issue): string {
  return issue.code === 'invalid_value' ? issue.values.map(String).join(', ') : issue.message
}

function unit(origin: string): string {
  if (origin === 'array') return ' entries'
  return origin === 'string' ? ' characters' : ''
}

function join(path: Issue['path'], name: string): string {
  return [...path, name].join('.')
}

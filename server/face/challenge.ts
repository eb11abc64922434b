/**
 * The challenge: which way to look, in which order, and how many pictures of each: four to six
 * prompts, all three kinds, never the same twice in a row, four to seven pictures. 2070 of them, so
 * that a recorded answer seldom fits. Pure.
 */
import {
  FRAMES_MAX,
  FRAMES_MIN,
  FRAMES_PER_PROMPT_MAX,
  PICTURES_ASKED_MAX,
  PROMPTS_COUNT_MAX,
  PROMPTS_COUNT_MIN,
} from './limits.ts'
import { type Capture, type Frame, PROMPTS, type Prompt } from './port.ts'

export interface ChallengePlan {
  readonly prompts: readonly Prompt[]
  /** How many pictures each prompt wants. */
  readonly pictures: readonly number[]
}

/** Every one there is. */
export const PLANS: readonly ChallengePlan[] = lengths().flatMap(length => {
  const counted = counts(length)
  return sequences(length)
    .filter(one => new Set(one).size === PROMPTS.length)
    .flatMap(prompts => counted.map(pictures => ({ prompts, pictures })))
})

/** `random` in [0, 1). */
export function makeChallenge(random: number): ChallengePlan {
  return PLANS[Math.floor(random * PLANS.length)] as ChallengePlan
}

function lengths(): readonly number[] {
  const many = PROMPTS_COUNT_MAX - PROMPTS_COUNT_MIN + 1
  return Array.from({ length: many }, (_, i) => PROMPTS_COUNT_MIN + i)
}

function sequences(length: number): readonly (readonly Prompt[])[] {
  if (length === 0) return [[]]
  return sequences(length - 1).flatMap(one =>
    PROMPTS.filter(prompt => prompt !== one.at(-1)).map(prompt => [...one, prompt]),
  )
}

/** One to three a prompt, no more than are asked for in all. */
function counts(length: number): readonly (readonly number[])[] {
  let all: readonly (readonly number[])[] = [[]]
  for (let i = 0; i < length; i++) {
    all = all.flatMap(one =>
      Array.from({ length: FRAMES_PER_PROMPT_MAX }, (_, more) => [...one, more + 1]),
    )
  }
  return all.filter(one => one.reduce((sum, n) => sum + n, 0) <= PICTURES_ASKED_MAX)
}

/** Whether each prompt has as many pictures as it wants, in order. */
export function fitsPlan({ pictures }: ChallengePlan, frames: readonly Frame[]): boolean {
  const wanted = pictures.flatMap((n, prompt) => Array.from({ length: n }, () => prompt))
  return wanted.length === frames.length && frames.every(({ prompt }, i) => prompt === wanted[i])
}

/** Whether each prompt has one to three frames, in order, four to eight in all. */
export function isComplete({ prompts, frames }: Capture): boolean {
  if (frames.length < FRAMES_MIN || frames.length > FRAMES_MAX) return false
  let last = 0
  for (const { prompt } of frames) {
    if (prompt !== last && prompt !== last + 1) return false
    last = prompt
  }
  const counts = prompts.map((_, i) => frames.filter(frame => frame.prompt === i).length)
  return last === prompts.length - 1 && counts.every(n => n >= 1 && n <= FRAMES_PER_PROMPT_MAX)
}

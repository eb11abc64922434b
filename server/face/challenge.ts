/**
 * The challenge: prompts at random, all three kinds, never the same twice in a row; 18 sequences
 * of four. Pure.
 */
import { FRAMES_MAX, FRAMES_MIN, FRAMES_PER_PROMPT_MAX, PROMPTS_COUNT } from './limits.ts'
import { type Capture, PROMPTS, type Prompt } from './port.ts'

const SEQUENCES = sequences(PROMPTS_COUNT).filter(one => new Set(one).size === PROMPTS.length)

/** `random` in [0, 1). */
export function makeChallenge(random: number): readonly Prompt[] {
  return SEQUENCES[Math.floor(random * SEQUENCES.length)] as readonly Prompt[]
}

function sequences(length: number): readonly (readonly Prompt[])[] {
  if (length === 0) return [[]]
  return sequences(length - 1).flatMap(one =>
    PROMPTS.filter(prompt => prompt !== one.at(-1)).map(prompt => [...one, prompt]),
  )
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

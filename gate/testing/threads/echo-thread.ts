/** Answers as `echo.ts`, and dies where it is asked to. */
import { answerRequests, postNotice } from '../../threads/answer-requests.ts'
import { createEcho, type EchoCalls } from './echo.ts'

const echo = createEcho(postNotice)
answerRequests<EchoCalls & { die(): void }>({
  ...echo,
  die() {
    // Before the next request is taken.
    process.nextTick(() => {
      throw new Error('it died')
    })
  },
})

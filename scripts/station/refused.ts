/** Said to the person at the prompt or at the page, in its language; nothing is broken. */
export class Refused extends Error {
  readonly zh: string

  constructor(message: string, zh = message) {
    super(message)
    this.zh = zh
  }
}

/** Runs it. What it refuses or fails at is said. */
export async function orSaid(
  say: (text: string, zh?: string) => void,
  run: () => Promise<void>,
): Promise<void> {
  try {
    await run()
  } catch (error) {
    const { message } = error as Error
    if (error instanceof Refused) say(message, error.zh)
    else say(`that failed: ${message}`, `没有成功：${message}`)
  }
}

export const serviceGone = () =>
  new Refused('the service is gone; network on brings it back', '服务已断开；输入 network on 恢复')

/** Said to the person at the prompt or at the page, in its language; nothing is broken. */
export class Refused extends Error {
  readonly zh: string

  constructor(message: string, zh = message) {
    super(message)
    this.zh = zh
  }
}

export const serviceGone = () =>
  new Refused('the service is gone; network on brings it back', '服务已断开；输入 network on 恢复')

/**
 * What a passenger does next after each refusal of a phone's route, in Chinese and English: one row a
 * code. `{window}`, `{day}` and `{month}` are the place of the staffed window, and the begin of the
 * next day and month of Shanghai. No row reveals who is on file: the text is the same for everybody.
 */
import type { MiddlewareHandler } from 'hono'
import { nextShanghaiDay, nextShanghaiMonth, shanghaiDate } from '../domain/shanghai.ts'
import { type ProblemCode, problemDocument } from '../errors.ts'
import type { Service, ServiceEnv } from '../services/context.ts'

export interface NextStep {
  readonly zh: string
  readonly en: string
}

/** What any route may answer, besides what it declares. */
export const EVERY_ROUTE = [
  ...(['BAD_REQUEST', 'CONTENT_TYPE', 'TOO_LARGE', 'FORWARDED_BAD', 'RATE_LIMITED'] as const),
  ...(['UNAVAILABLE', 'DATABASE_BUSY', 'DATABASE_UNWRITABLE', 'DATABASE_OLD'] as const),
  ...(['NOT_READY', 'INTERNAL'] as const),
] as const satisfies readonly ProblemCode[]

const APP_FAULT = {
  zh: '应用出错。请更新应用后再试，或带证件到{window}。',
  en: 'The app made a mistake. Update it and try again, or take your document to {window}.',
}
const ONCE_MORE = {
  zh: '请再试一次。仍不行请带证件到{window}。',
  en: 'Try again. If it goes on, take your document to {window}.',
}
const OUR_FAULT = {
  zh: '服务暂时不可用。请过一分钟再试；急用请带证件到{window}。',
  en: 'The service is down for the moment. Try again in a minute; in a hurry, take your document to {window}.',
}
const APPLY_ANEW = {
  zh: '请重新申请，或带证件到{window}。',
  en: 'Apply anew, or take your document to {window}.',
}
const AT_WINDOW = {
  zh: '请带证件到{window}。',
  en: 'Take your document to {window}.',
}
const retake = (zh: string, en: string): NextStep => ({
  zh: `${zh}，再拍一次；也可带证件到{window}。`,
  en: `${en} and take new pictures, or take your document to {window}.`,
})

export const NEXT_STEPS = {
  BAD_REQUEST: APP_FAULT,
  INVALID: APP_FAULT,
  CONTENT_TYPE: APP_FAULT,
  TOO_LARGE: retake(
    '照片太大。请降低相机分辨率',
    'The pictures are too large. Lower the camera’s resolution',
  ),
  BODY_SLOW: {
    zh: '网络太慢，照片没有传完。请换个信号好的地方再试，或带证件到{window}。',
    en: 'The network is too slow: the pictures did not arrive. Try where it is better, or take your document to {window}.',
  },
  BUSY: {
    zh: '现在人多。请等几秒钟再试；急用请带证件到{window}。',
    en: 'Many are sending. Try again in a few seconds; in a hurry, take your document to {window}.',
  },
  FORWARDED_BAD: OUR_FAULT,
  RATE_LIMITED: {
    zh: '请求太多。请过一会儿再试；急用请带证件到{window}。',
    en: 'Too many requests. Wait a while and try again; in a hurry, take your document to {window}.',
  },
  PROOF_MISSING: APP_FAULT,
  PROOF_INVALID: APP_FAULT,
  PROOF_REPLAYED: ONCE_MORE,
  USE_NONCE: ONCE_MORE,
  PROOF_TIME: {
    zh: '手机的时间不对。请把日期和时间设为自动，再试一次；也可带证件到{window}。',
    en: 'The clock of this phone is wrong. Set date and time to automatic and try again, or take your document to {window}.',
  },
  IN_PROGRESS: {
    zh: '上一次请求还在处理。请等几秒钟再试。',
    en: 'Your last request is still being worked on. Wait a few seconds and try again.',
  },
  DOCUMENT_INVALID: {
    zh: '证件号码有误。请对照证件重新输入，或带证件到{window}。',
    en: 'The document number is wrong. Type it again from the document, or take it to {window}.',
  },
  DOCUMENT_OTHER_TYPE: {
    zh: '号码与证件类型不符。请选对证件类型再试，或带证件到{window}。',
    en: 'The number is of another type of document. Choose that type, or take your document to {window}.',
  },
  DOCUMENT_TYPE: {
    zh: '此处不接受这种证件。请用另一种证件，或带证件到{window}。',
    en: 'This type of document is not taken here. Use another, or take it to {window}.',
  },
  NAME_INVALID: {
    zh: '姓名有误。请按证件上的写法重新输入，或带证件到{window}。',
    en: 'The name is wrong. Type it again as on the document, or take your document to {window}.',
  },
  CONSENT_GUARDIAN: {
    zh: '未满十四岁须监护人同意。请和监护人一起申请，或一起到{window}。',
    en: 'Under 14 a guardian consents too. Apply together, or go together to {window}.',
  },
  APPLICATION_UNKNOWN: APPLY_ANEW,
  APPLICATION_DONE: {
    zh: '这次申请已得到电子凭证，请在申请时用的手机上查看；没有的话请重新申请。',
    en: 'This application has become a certificate: look on the phone that applied. If it is not there, apply anew.',
  },
  CERTIFICATE_ACTIVE: ONCE_MORE,
  CERTIFICATE_ENDED: {
    zh: '这张电子凭证已结束。请重新申请，或带证件到{window}。',
    en: 'This certificate has ended. Apply anew, or take your document to {window}.',
  },
  CERTIFICATE_UNKNOWN: APPLY_ANEW,
  CHALLENGE_INVALID: {
    zh: '本次拍摄已过时。请重新开始，六十秒内完成。',
    en: 'This face check is too old. Begin again and finish within 60 seconds.',
  },
  TRIES_USED: {
    zh: '拍摄次数已用完。请带证件到{window}；也可在{day}（北京时间）后重新申请。',
    en: 'No tries are left. Take your document to {window}, or apply anew after {day} (Beijing time).',
  },
  NOT_VERIFIED: {
    zh: '未能核实。请核对姓名和证件号码，再试一次。当天次数用完后，{day}（北京时间）起重新计数；也可带证件到{window}。',
    en: 'Not verified. Check name and document number and try again. Once a day’s tries are used up, they begin anew at {day} (Beijing time); or take your document to {window}.',
  },
  FACE_BAD_PICTURE: retake(
    '照片无法读取。请用应用内的相机',
    'A picture can’t be read. Use the camera in the app',
  ),
  FACE_NOT_FOUND: retake(
    '照片里没有人脸。请把脸放在画面中间',
    'There is no face in a picture. Keep your face in the middle',
  ),
  FACE_SEVERAL: retake(
    '照片里有别人。请一个人入镜',
    'Others are in a picture. Be alone before the camera',
  ),
  FACE_TOO_SMALL: retake('人脸太小。请靠近一些', 'The face is too small. Come nearer'),
  FACE_TOO_DARK: retake('光线太暗。请到亮处', 'It is too dark. Find more light'),
  FACE_TOO_BLURRED: retake('照片模糊。请拿稳手机', 'A picture is blurred. Hold the phone still'),
  FACE_INCOMPLETE: retake(
    '照片数目不对。请按提示逐一拍摄',
    'Pictures are missing. Follow each prompt',
  ),
  FACE_WRONG_ORDER: retake(
    '转头方向不对。请按提示转头',
    'The head was turned otherwise. Follow the prompts',
  ),
  FACE_STILL: retake(
    '请勿对着照片拍摄。请本人入镜',
    'That is a picture of a picture. Come before the camera yourself',
  ),
  FACE_SEEN: retake(
    '照片用过了。请重新拍摄',
    'A picture was used before. Come before the camera again',
  ),
  FACE_OTHER_PERSON: retake(
    '照片里不是同一个人。请始终一个人入镜',
    'The pictures show different people. Be alone all the time',
  ),
  FACE_BUSY: {
    zh: '现在人多。请等几秒钟再试，不计次数；急用请带证件到{window}。',
    en: 'Many are waiting. Try again in a few seconds, it costs no try; in a hurry, take your document to {window}.',
  },
  FACE_UNAVAILABLE: {
    zh: '人脸核验暂时不可用。请过一分钟再试，不计次数；急用请带证件到{window}。',
    en: 'The face check is down for the moment. Try again in a minute, it costs no try; in a hurry, take your document to {window}.',
  },
  QUOTA_USED: {
    zh: '本月的电子凭证已用完。{month}（北京时间）起可再申请；急用请带证件到{window}。',
    en: 'This month’s certificates are used up. You can apply again from {month} (Beijing time); in a hurry, take your document to {window}.',
  },
  APPEAL_EARLY: {
    zh: '申诉须在一次人脸核验之后。请先拍摄一次，或带证件到{window}。',
    en: 'An appeal follows a face check. Try that first, or take your document to {window}.',
  },
  APPEAL_OPEN: {
    zh: '您的申诉正在处理。请等答复；急用请带证件到{window}。',
    en: 'Your appeal is being looked at. Wait for the answer; in a hurry, take your document to {window}.',
  },
  CLAIM_INVALID: {
    zh: '领取码有误或已过期。请重新输入，或到{window}再要一个。',
    en: 'The code is wrong or too old. Type it again, or ask for another at {window}.',
  },
  CLAIM_USED: {
    zh: '领取码已用过。不是您用的，请立即带证件到{window}。',
    en: 'The code was used before. If that was not you, take your document to {window} at once.',
  },
  NO_KEY: AT_WINDOW,
  UNAVAILABLE: OUR_FAULT,
  DATABASE_BUSY: OUR_FAULT,
  DATABASE_UNWRITABLE: OUR_FAULT,
  DATABASE_OLD: OUR_FAULT,
  NOT_READY: OUR_FAULT,
  INTERNAL: OUR_FAULT,
} as const satisfies Partial<Record<ProblemCode, NextStep>>

/** The row of a code, with this service's window and the time filled in; undefined for staff's codes. */
export function nextStep({ config, clock }: Service, code: string): NextStep | undefined {
  if (!Object.hasOwn(NEXT_STEPS, code)) return undefined
  const row: NextStep = NEXT_STEPS[code as keyof typeof NEXT_STEPS]
  const now = clock.now()
  const day = shanghaiDate(nextShanghaiDay(now))
  const month = shanghaiDate(nextShanghaiMonth(now))
  const fill = (language: 'zh' | 'en') =>
    row[language]
      .replaceAll('{window}', () => config.desk.window[language])
      .replaceAll('{day}', day[language])
      .replaceAll('{month}', month[language])
  return { zh: fill('zh'), en: fill('en') }
}

/** Routes of phones: what follows an id, and the three without one. */
const OF_PHONES = /^\/v1\/(applications|certificates)(\/|$)|^\/v1\/appeals$/

/** The document of a refusal that no route makes, with the next step where a phone asked, or may have. */
export function refusalOf(service: Service, code: ProblemCode, path: string | undefined): object {
  const isPhone = path === undefined || OF_PHONES.test(path)
  const step = isPhone ? nextStep(service, code) : undefined
  return { ...problemDocument(code), ...(step && { next: step }) }
}

/** Every refusal of a phone's route says the next step, wherever it came from. */
export function nextSteps(): MiddlewareHandler<ServiceEnv> {
  return async (c, next) => {
    await next()
    const isProblem = c.res.headers.get('content-type') === 'application/problem+json'
    if (!isProblem || !OF_PHONES.test(c.req.path)) return
    const problem = (await c.res.clone().json()) as { readonly code: string }
    const step = nextStep(c.get('service'), problem.code)
    if (step === undefined) return
    c.res = new Response(JSON.stringify({ ...problem, next: step }), c.res)
  }
}

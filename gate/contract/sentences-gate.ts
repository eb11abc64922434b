/**
 * What rows of the whole gate mean, in both languages: its starts and ends, trust, clock, logins. Their
 * bodies have no schema and grow: a sentence says what is known of one, then comes all that was recorded.
 */
import type { EventKind } from './events.ts'
import type { FreshnessStage } from './freshness.ts'
import { fieldsOf, type Language } from './sentences.ts'

type GateKind = Extract<EventKind, 'boot' | 'stop' | 'trust' | 'clock' | 'login'>
type Happened = (body: object) => readonly string[]

/** What a body may have; one of another version may have none of it. */
interface Fields {
  readonly after?: string
  readonly stage?: string
  readonly trustVersion?: number
  readonly about?: string
  readonly by?: string
  readonly offsetMs?: number
  readonly detail?: string
}

interface Words {
  readonly kind: Readonly<Record<GateKind, string>>
  /** By what came before the start. */
  readonly after: Readonly<Record<'first' | 'stop' | 'crash' | 'power', string>>
  readonly stage: Readonly<Record<FreshnessStage, string>>
  readonly version: (trustVersion: number) => string
  readonly clock: (by: string, seconds: string) => string
  /** By who or what set the clock. */
  readonly by: Readonly<Record<'signed time' | 'technician' | 'floor' | 'unproven', string>>
  readonly login: (by: string, what: string, detail: string) => string
  readonly about: Readonly<
    Record<'login' | 'logout' | 'refused' | 'user added' | 'user removed' | 'password', string>
  >
  readonly recorded: string
}

const EN: Words = {
  kind: {
    boot: 'The gate started.',
    stop: 'The gate stopped as it was asked to.',
    trust: 'Trust changed.',
    clock: 'The clock changed.',
    login: 'Something at the login of the console.',
  },
  after: {
    first: 'The gate started for the first time.',
    stop: 'The gate started; it had been stopped.',
    crash: 'The gate started; its program had ended without a stop.',
    power: 'The gate started after a loss of power.',
  },
  stage: {
    FRESH: 'Trust is fresh: the service was heard just now.',
    STALE: 'Trust is not new any more; all passes are judged as before.',
    DEGRADED: 'Trust is old: who enters is flagged.',
    OVERDUE: 'Trust has ended: who enters is flagged, for as long as the config allows.',
    STAFF: 'Trust is too old: staff decide who enters.',
    CLOSED: 'Without trust nobody enters; people are let out.',
  },
  version: trustVersion => `Version ${trustVersion} of trust was taken over.`,
  clock: (by, seconds) => `The clock goes by ${by} now; it was moved by ${seconds}.`,
  by: {
    'signed time': 'signed time of the service',
    technician: 'a technician',
    floor: 'the date of a document that it knows',
    unproven: 'the machine’s own clock, which nothing proves yet',
  },
  login: (by, what, detail) => `${by}: ${what}${detail}.`,
  about: {
    login: 'logged in',
    logout: 'logged out',
    refused: 'was refused',
    'user added': 'was added as a user',
    'user removed': 'was removed as a user',
    password: 'changed a password',
  },
  recorded: 'Recorded: ',
}

const ZH: Words = {
  kind: {
    boot: '闸机启动。',
    stop: '闸机按要求停机。',
    trust: '信任数据有变化。',
    clock: '时钟有变化。',
    login: '控制台登录有变化。',
  },
  after: {
    first: '闸机首次启动。',
    stop: '闸机启动，此前为正常停机。',
    crash: '闸机启动，此前程序意外结束。',
    power: '闸机断电后启动。',
  },
  stage: {
    FRESH: '信任数据最新：刚与服务端通信。',
    STALE: '信任数据略旧，检票照常。',
    DEGRADED: '信任数据较旧，进站放行带标记。',
    OVERDUE: '信任数据已到期，进站放行带标记，以配置的时限为止。',
    STAFF: '信任数据过旧，进站由工作人员决定。',
    CLOSED: '没有可用的信任数据：停止进站，允许出站。',
  },
  version: trustVersion => `已采用第 ${trustVersion} 版信任数据。`,
  clock: (by, seconds) => `时钟现以${by}为准，调整 ${seconds}。`,
  by: {
    'signed time': '服务端签名时间',
    technician: '技术员所设时间',
    floor: '已知文件的日期',
    unproven: '本机时钟，尚无佐证',
  },
  login: (by, what, detail) => `${by} ${what}${detail}。`,
  about: {
    login: '登录控制台',
    logout: '退出控制台',
    refused: '登录被拒绝',
    'user added': '成为控制台用户',
    'user removed': '不再是控制台用户',
    password: '修改密码',
  },
  recorded: '记录：',
}

/** What happened, for the kinds of rows that are of the whole gate. */
export const GATE_ROWS: Readonly<Record<Language, Readonly<Record<GateKind, Happened>>>> = {
  en: happenedIn(EN),
  zh: happenedIn(ZH),
}

function happenedIn(words: Words): Readonly<Record<GateKind, Happened>> {
  const of = (kind: GateKind) => (body: object) => [
    sentence(kind, body, words) ?? words.kind[kind],
    ...(Object.keys(body).length === 0 ? [] : [`${words.recorded}${fieldsOf(body)}`]),
  ]
  return {
    ...{ boot: of('boot'), stop: of('stop'), trust: of('trust') },
    ...{ clock: of('clock'), login: of('login') },
  }
}

/** Undefined where the body says nothing that is known. */
function sentence(kind: GateKind, body: Fields, words: Words): string | undefined {
  if (kind === 'boot') return wordOf(words.after, body.after)
  if (kind === 'trust') {
    const { stage, trustVersion } = body
    if (trustVersion !== undefined) return words.version(trustVersion)
    return wordOf(words.stage, stage)
  }
  if (kind === 'clock') {
    const by = wordOf(words.by, body.by)
    return by && words.clock(by, inSeconds(body.offsetMs ?? 0))
  }
  const what = kind === 'login' ? wordOf(words.about, body.about) : undefined
  const { by = '', detail = '' } = body
  return what && words.login(by, what, detail === '' ? '' : ` (${detail})`)
}

const wordOf = (words: Readonly<Record<string, string>>, name = ''): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined

const inSeconds = (ms: number): string => `${ms < 0 ? '' : '+'}${ms / 1000} s`

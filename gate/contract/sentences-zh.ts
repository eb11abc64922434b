/** What rows and codes mean, in Chinese. Names, codes and figures stay as they were recorded. Pure. */
import type { CodeMeaning } from './control-status.ts'
import type {
  AnnulReason,
  CommandBody,
  ConfigBody,
  Direction,
  LaneModes,
  TestBody,
  TraceStep,
} from './events.ts'
import { sawInChinese } from './saw-zh.ts'
import type { RuleName, Sentences } from './sentences.ts'
import { GATE_ROWS } from './sentences-gate.ts'
import type { Actor, Sign } from './sign.ts'

export const CHINESE: Sentences = {
  dropped: '该记录的正文已清除，哈希链仍然完整。',
  head({ seq, lane, clock }, at) {
    const where = lane === '' ? '整台闸机' : `通道 ${lane}`
    return `第 ${seq} 条，${at} UTC，${where}，时钟${CLOCK[clock]}。`
  },
  happened: {
    scan: ({ code, direction, source }) => [
      `${source} 读到${WAY[direction]}二维码，结果：${code}。`,
    ],
    grant({ code, direction, source, flags }) {
      const flagged = flags.length > 0 ? [`带标记放行：${flags.join('、')}。`] : []
      const by = code === 'STAFF_RELEASE' ? '由工作人员' : '凭二维码'
      return [`${source} ${by}放行${WAY[direction]}：${code}。`, ...flagged]
    },
    passage({ grant, direction, area, cti }) {
      const counted = cti === undefined ? '不据此判断持证人的位置。' : ''
      return [`一人凭第 ${grant.seq} 条放行通过：区域 ${area} ${WAY[direction]}。${counted}`]
    },
    annulled({ grant, reason, unknown }) {
      const unseen = unknown === true ? '是否有人通过未能看到。' : ''
      return [`第 ${grant.seq} 条放行作废，无人通过：${ANNULLED[reason]}（${reason}）。${unseen}`]
    },
    alarm: ({ code, on, detail }) => [
      `报警 ${code} ${on ? '开始' : '解除'}。`,
      `详情（原文）：${detail}`,
    ],
    mode({ by, reason, revision, was, ...modes }) {
      const where = revision === undefined ? '' : `（配置第 ${revision} 版）`
      const why = reason === undefined || reason === '' ? '' : `，原因：${reason}`
      const changes = Object.entries(was ?? {}).map(([mode, before]) => {
        const name = mode as keyof LaneModes
        return `${MODES[name]}：${modeValue(before)} → ${modeValue(modes[name])}`
      })
      return [`运行方式由 ${by}${where} 改变${why}。`, ...changes]
    },
    config({ about, revision, runs, by, reason, changes = [] }) {
      const what = `${by} 的配置第 ${revision} 版：${REVISIONS[about]}；现运行第 ${runs} 版。`
      const where = changes.length === 0 ? [] : ['更改的项：', ...changes]
      return [what, ...(reason === '' ? [] : [`原因：${reason}`]), ...where]
    },
    test({ about, what, by, pretended, ms, active, code }) {
      const how = pretended === true ? '模拟' : '测试'
      const is = active === undefined ? '' : active ? '，置为动作' : '，恢复静止'
      const time = ms === undefined ? '' : `，持续 ${ms} 毫秒`
      const told = code === undefined ? '' : `；结果应为 ${code}`
      return [`${by} ${how}${PARTS[about]} ${what}${is}${time}${told}。`]
    },
    command({ about, by, reason, detail }) {
      const why = reason === undefined || reason === '' ? '' : `，原因：${reason}`
      const what = detail === '' ? '' : `：${detail}`
      return [`${by} ${COMMANDS[about]}${what}${why}。`]
    },
    ...GATE_ROWS.zh,
  },
  rule({ rule, saw, said }) {
    const name = Object.hasOwn(RULES, rule) ? RULES[rule as RuleName] : rule
    return `  ${name}：${sawInChinese(saw)}，判定${SAID[said]}`
  },
  code({ code, about, sign }) {
    const shows = sign === undefined ? [] : [`通道显示：${SIGNS_ZH[sign]}。`]
    return [`${code}：${ABOUT[about]}。`, ...shows]
  },
  passenger: ({ zh }) => (zh === undefined ? undefined : `可告知旅客：${zh}`),
  todo({ who, actionZh }) {
    if (actionZh === '') return undefined
    if (who === 'nobody') return `${actionZh}。`
    return `处理${who === undefined ? '' : `（${WHO[who]}）`}：${actionZh}。`
  },
}

const WAY: Readonly<Record<Direction, string>> = { entry: '进站', exit: '出站' }

const CLOCK = { TRUSTED: '可信', UNCERTAIN: '不确定' } as const

const SAID: Readonly<Record<TraceStep['said'], string>> = {
  pass: '通过',
  flag: '标记',
  deny: '拒绝',
  skip: '不适用',
}

const RULES: Readonly<Record<RuleName, string>> = {
  lane: '通道方向',
  verify: '证明核验',
  scope: '适用范围',
  trust: '信任数据',
  rollback: '信任数据回退',
  clock: '时钟',
  status: '作废状态',
  late: '时效',
  paper: '纸质证明',
  replay: '重复使用',
  passback: '反潜回',
  siblings: '同站闸机',
  ticket: '车票',
  memory: '记忆容量',
  staff: '人工放行',
}

const ANNULLED: Readonly<Record<AnnulReason, string>> = {
  NO_TURN: '放行后无人通过',
  RESTART: '闸机重启',
  BOARD_LOST: '控制板失联',
  FIRE: '火警',
  EMERGENCY: '紧急放行',
  STOPPED: '停止按钮',
  JOURNAL_SLOW: '日志写入过慢，门扇未动作',
}

const MODES: Readonly<Record<keyof LaneModes, string>> = {
  entry: '进站方向',
  exit: '出站方向',
  maintenance: '维护',
  emergency: '紧急放行',
  fareFree: '免检放行',
  timeFree: '放宽时限',
  orderFree: '免反潜回',
  trustDegraded: '信任数据过旧仍放行',
}

function modeValue(value: LaneModes[keyof LaneModes] = false): string {
  if (typeof value === 'boolean') return value ? '开' : '关'
  return { controlled: '检票', free: '常开', closed: '关闭' }[value]
}

const REVISIONS: Readonly<Record<ConfigBody['about'], string>> = {
  base: '首次启动的配置文件',
  committed: '已提交',
  confirmed: '已确认',
  reverted: '已撤回',
  refused: '提交的更改被拒绝',
}

const COMMANDS: Readonly<Record<CommandBody['about'], string>> = {
  export: '将日志导出到文件',
  record: '录制闸机收到的全部内容（含有效二维码）',
  enrolled: '将闸机注册到服务端',
  unenrolled: '将闸机从服务端注销',
  restart: '将闸机程序停机并重启',
  shutdown: '将闸机程序停机',
}

const PARTS: Readonly<Record<TestBody['about'], string>> = {
  relay: '继电器',
  sign: '指示',
  contact: '触点',
  scan: '扫码',
}

const ABOUT: Readonly<Record<CodeMeaning['about'], string>> = {
  verdict: '扫码判定',
  alarm: '报警',
  device: '设备故障',
  refusal: '对闸机的操作未执行的原因',
}

const SIGNS_ZH: Readonly<Record<Sign, string>> = {
  pass: '绿色箭头，可通行',
  refuse: '红叉，禁止通行',
  retry: '黄叉，请重试',
  fraud: '红叉闪烁，断续音',
  intrusion: '红叉闪烁，长鸣',
  open: '双向箭头，开放',
  service: '黄灯，仅供工作人员',
  none: '无变化',
}

const WHO: Readonly<Record<Exclude<Actor, 'nobody'>, string>> = {
  passenger: '旅客',
  staff: '客运员',
  technician: '设备维护人员',
}

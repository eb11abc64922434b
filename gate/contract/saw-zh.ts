/**
 * What a rule saw, from a trace in English into Chinese. A trace is recorded once, by whoever decided;
 * figures, names and times stay as they were recorded, and so does what no phrase here fits. Pure.
 */

const WAY: Readonly<Record<string, string>> = { entry: '进站', exit: '出站' }
const MODE: Readonly<Record<string, string>> = {
  controlled: '检票',
  free: '常开',
  closed: '关闭',
}

type Phrase = readonly [pattern: RegExp, say: (...found: string[]) => string]

/** The first that fits a part says it. */
const PHRASES: readonly Phrase[] = [
  // lane
  [/^(entry|exit) (controlled|free|closed)$/, (way = '', mode = '') => `${WAY[way]}${MODE[mode]}`],
  [/^(controlled|free|closed)$/, (mode = '') => `${MODE[mode]}`],
  // verify
  [/^phone$/, () => '手机证明'],
  [/^paper$/, () => '纸质证明'],
  [/^authentic$/, () => '签名真实'],
  [/^kid (.+)$/, (it = '') => `密钥 ${it}`],
  [/^statusList (.+)$/, (it = '') => `状态列表 ${it}`],
  [/^iat (.+)$/, (it = '') => `签发时间 ${it}`],
  [/^exp (.+)$/, (it = '') => `到期时间 ${it}`],
  [/^presentedAt (.+)$/, (it = '') => `出码时间 ${it}`],
  [/^statusIndex (.+)$/, (it = '') => `状态序号 ${it}`],
  [/^purpose (.+)$/, (it = '') => `所需用途 ${it}`],
  [/^scope (.+)$/, (it = '') => `密钥适用范围 ${it}`],
  [/^detail (.+)$/, (it = '') => `详情 ${it}`],
  // scope
  [/^good for (entry|exit)$/, (way = '') => `适用于${WAY[way]}`],
  [/^not good for (entry|exit)$/, (way = '') => `不适用于${WAY[way]}`],
  // trust
  [/^FRESH$/, () => '信任数据最新'],
  [/^STALE$/, () => '信任数据稍旧'],
  [/^DEGRADED$/, () => '信任数据过旧'],
  [/^STAFF$/, () => '信任数据过旧，须人工放行'],
  [/^OVERDUE$/, () => '信任文件已到期'],
  [/^CLOSED$/, () => '信任数据失效'],
  [/^degraded by command$/, () => '已由命令允许继续'],
  // rollback
  [/^as new as before$/, () => '不比以前的旧'],
  [/^older than before$/, () => '比以前的旧'],
  [/^accepted$/, () => '已由运营方接受'],
  // clock
  [/^trusted$/, () => '时钟可信'],
  [/^unproven$/, () => '时钟未经验证'],
  [/^uncertain$/, () => '时钟不确定'],
  // status
  [/^list at hand$/, () => '已有状态列表'],
  [/^no list$/, () => '没有状态列表'],
  // late
  [/^in time$/, () => '在有效时间内'],
  [/^expired (.+) ago$/, (time = '') => `已过期 ${time}`],
  [/^(.+) too old$/, (time = '') => `二维码超时 ${time}`],
  // paper
  [/^paper taken here$/, () => '本通道受理纸质证明'],
  [/^revocations known up to (.+) ago$/, (time = '') => `作废名单截至 ${time} 前`],
  // replay
  [/^first reading$/, () => '首次扫码'],
  [
    /^reserved on lane (\S+) (.+) ago$/,
    (lane = '', time = '') => `${time} 前在通道 ${lane} 放行中`,
  ],
  [/^passed on lane (\S+) (.+) ago$/, (lane = '', time = '') => `${time} 前已在通道 ${lane} 通过`],
  [
    /^annulled on lane (\S+) (.+) ago$/,
    (lane = '', time = '') => `${time} 前在通道 ${lane} 放行后未通过`,
  ],
  [
    /^interrupted on lane (\S+) (.+) ago$/,
    (lane = '', time = '') => `${time} 前在通道 ${lane} 放行时中断`,
  ],
  // passback
  [/^another lane is letting it in$/, () => '另一通道正在放行'],
  [/^entered (.+) ago$/, (time = '') => `${time} 前已进站`],
  [/^perhaps left$/, () => '可能已离开'],
  [/^emergency (.+) ago$/, (time = '') => `${time} 前曾紧急开放`],
  [/^not inside$/, () => '不在站内'],
  [/^inside$/, () => '在站内'],
  [/^not inside (\S+)$/, (area = '') => `不在区域 ${area} 内`],
  [/^inside (\S+)$/, (area = '') => `在区域 ${area} 内`],
  [/^no entry known$/, () => '没有进站记录'],
  // siblings
  [/^no bus$/, () => '未设站内互通'],
  [/^heard$/, () => '同站闸机互通正常'],
  [/^out of reach$/, () => '与同站闸机失去联系'],
  // ticket
  [/^boards (\S+) to (\S+)$/, (from = '', until = '') => `检票 ${from} 至 ${until}`],
  [/^a ticket from another station$/, () => '车票为其他车站乘车'],
  [/^no boarding list$/, () => '没有检票名单'],
  [/^no ticket$/, () => '没有车票'],
  [/^list of (\S+)$/, (at = '') => `名单时间 ${at}`],
  [/^the pass is younger$/, () => '证明晚于名单'],
  [/^service not heard$/, () => '未收到服务端消息'],
  // memory, staff
  [/^room$/, () => '尚有空间'],
  [/^full$/, () => '已满'],
  [/^all else was good$/, () => '其余均合格'],
  // of several
  [/^off$/, () => '未启用'],
]

export function sawInChinese(saw: string): string {
  return saw.split(/, |: /).map(partInChinese).join('，')
}

function partInChinese(part: string): string {
  for (const [pattern, say] of PHRASES) {
    const found = pattern.exec(part)
    if (found !== null) return say(...found.slice(1))
  }
  return part
}

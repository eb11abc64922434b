/**
 * What each command prints, typed at a real pseudo terminal behind the serial driver, as it stands in
 * transcripts.md. UPDATE=1 writes it anew: read the difference before it is committed.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { startTypedConsole, type TypedConsole } from '../testing/console/typed-console.ts'
import { PASSWORD, PROMPT, plain } from '../testing/console/typist.ts'
import { COMMANDS } from './command-table.ts'
import { shownSyntax } from './grammar.ts'

const FILE = new URL('transcripts.md', import.meta.url)

const HEAD = `# What each command prints

Typed at a pseudo terminal of a simulated gate; what differs from run to run is masked. Written by
\`transcripts.test.ts\`, which fails when a command prints anything else: \`UPDATE=1\` writes it anew.
`

const CTRL_C = '\x03'
const KEYS = ['q', 'y', 'n', CTRL_C]

/** What is done in the place of a key. */
const ACTS: Readonly<Record<string, (gate: TypedConsole['gate']) => void>> = {
  '(the reader is unplugged)': ({ devices }) => devices.reader.become('lost'),
  '(release is pressed)': ({ devices: { board } }) => {
    board.setContact('release', true)
    board.setContact('release', false)
  },
  '(a code)': ({ devices }) => devices.reader.read('no pass'),
  '(a hand in beam A)': ({ devices, time }) => {
    const { board } = devices
    time.timers.after(100, () => board.setContact('beamA', true))
    time.timers.after(300, () => board.setContact('beamA', false))
  },
}

type Keys = readonly (readonly [typed: string, until: string | RegExp])[]
type Scene = readonly [syntax: string, ...keys: (string | Keys[number])[]]

/** In an order in which each finds what it needs. A text is a line, and the prompt comes after it. */
const SCENES: readonly Scene[] = [
  ['status', 'status'],
  ['help [COMMAND...]', 'help trust'],
  ['support bundle', 'support bundle'],
  ['show lanes', 'show lanes'],
  ['show devices', 'show devices'],
  ['show trust', 'show trust'],
  ['show clock', 'show clock'],
  ['show journal', 'show journal'],
  ['show metrics', 'show metrics'],
  ['show version', 'show version'],
  ['show config', 'show config'],
  ['who', 'who', 'who | json'],
  [
    'terminal width COLUMNS [ROWS]',
    'terminal width 79 10',
    ['help', '-- more'],
    ['q', PROMPT],
    'term wid 80',
  ],
  ['explain CODE [LANGUAGE:en|zh]', 'explain NO_TICKET', 'explain RELAY_STUCK', 'explain NONSENSE'],
  [
    'terminal utf8 STATE:on|off',
    'explain NO_TICKET zh',
    'terminal utf8 on',
    'explain NO_TICKET zh',
    'term utf off',
  ],
  [
    'mode LANE HOW:controlled|free|closed [WAY:entry|exit]',
    ['mode A free entry', 'reason: '],
    'school class',
    'mode B free',
  ],
  ['mode LANE normal', ['mode A normal', 'reason: '], 'they are through'],
  ['journal tail [N]', 'journal tail 2'],
  [
    'journal tail KIND:boot|stop|scan|grant|passage|annulled|alarm|mode|trust|clock|login|config|test|command [N]',
    'journal tail mode',
  ],
  ['journal show SEQ', 'journal show 1', 'journal show 4711'],
  [
    'explain SEQ [LANGUAGE:en|zh]',
    'explain 1',
    'explain 6 zh',
    'terminal utf8 on',
    'explain 6 zh',
    'term utf off',
  ],
  ['journal verify', 'journal verify'],
  [
    'journal export FILE [FROM]',
    'journal export all.jsonl',
    'journal export all.jsonl',
    'journal export ../gate.json',
    'journal export later.jsonl 2099-01-01T00:00Z',
  ],
  [
    'journal export FILE FROM TO',
    'journal export day.jsonl 2027-01-15T00:00Z 2027-01-16T00:00Z',
    'journal export none.jsonl 2027-01-16T00:00Z 2027-01-15T00:00Z',
  ],
  ['record on [MIN]', 'record on 16', 'record on 2', 'record on'],
  ['record', 'record', 'status | grep record'],
  ['record off', 'record off', 'record', 'record off'],
  ['test relay LANE RELAY:entry|exit [MS]', 'test relay A entry'],
  [
    'mode LANE maintenance',
    ['mode A maint', 'reason: '],
    'test of parts',
    'test relay A entry 500',
  ],
  [
    'test lamp LANE SIGN:pass|refuse|retry|fraud|intrusion|open|service|none [MS]',
    'test lamp A pass 100',
  ],
  [
    'test sound LANE SIGN:pass|refuse|retry|fraud|intrusion|open [MS]',
    'test sound A intrusion 100',
  ],
  [
    'test beams LANE',
    ['test beams A', 'one after the other'],
    ['(a hand in beam A)', PROMPT],
    'test beams B',
  ],
  [
    'test scan LANE WAY:entry|exit',
    ['test scan A entry', 'Ctrl-C ends it'],
    ['(a code)', PROMPT],
    'test scan A entry',
    'test scan A exit',
  ],
  ['test all', ['test all', 'y or n'], ['y', 'y or n'], ['n', 'y or n'], [CTRL_C, PROMPT]],
  ['test all unattended', 'test all unattended'],
  ['mock scan LANE WAY:entry|exit TEXT...', 'mock scan A entry "no pass"'],
  ['mock beam LANE BEAM STATE:on|off', 'mock beam A a on', 'mock beam A a off'],
  ['mock contact LANE CONTACT STATE:on|off', 'mock contact A passA on', 'mock contact A passA off'],
  ['mock fire LANE STATE:on|off', 'mock fire A on', 'mock fire A off', 'status | grep FIRE'],
  [
    'mode LANE emergency',
    ['mode A emergency', 'again: '],
    'B',
    ['mode A emergency', 'again: '],
    ['A', 'reason: '],
    'smoke in the hall',
  ],
  ['trust extend HOURS', 'trust extend 1', 'show trust | grep old'],
  ['trust normal', 'trust normal'],
  ['sync now', 'sync now'],
  ['config show', 'config show | grep name'],
  [
    'config set PATH VALUE...',
    'config set lanes.A.timing.waitMs 1',
    'config commit',
    'config set lanes.Z.name x',
  ],
  [
    'config show candidate',
    'config show candidate',
    'config set lanes.A.timing.waitMs 3000',
    'config show candidate | grep waitMs',
  ],
  ['config compare [REVISION]', 'config compare'],
  ['config delete PATH', 'config delete lanes.A.timing'],
  ['config discard', 'config discard', 'config show candidate'],
  [
    'config commit [confirmed MINUTES]',
    'config commit',
    'config set lanes.A.modes.exit free',
    ['config commit confirmed 1', 'reason: '],
    'a trial',
  ],
  ['config confirm', 'config confirm', 'config confirm'],
  ['config back', 'config back'],
  ['config rollback REVISION', 'config rollback 0', 'config compare', 'config discard'],
  ['config history', 'config history'],
  ['config reload', 'config reload'],
  [
    'user add NAME LEVEL:viewer|technician|admin',
    ['user add wei technician', 'new password: '],
    ['short', 'again: '],
    'short',
    ['user add wei technician', 'new password: '],
    [PASSWORD, 'again: '],
    PASSWORD,
  ],
  ['user list', 'user list'],
  ['user remove NAME', 'user remove wei', 'user remove lin'],
  ['password', ['password', 'new password: '], [PASSWORD, 'again: '], PASSWORD],
  [
    'enrol ONETIMECODE',
    ['enrol ONCE', 'yes: '],
    'yes',
    ['(release is pressed)', ''],
    ['mode A normal', 'reason: '],
    'the smoke is gone',
    ['enrol WRONG', 'yes: '],
    'yes',
    ['enrol ONCE', 'yes: '],
    'no',
    ['enrol ONCE', 'yes: '],
    'yes',
    'show version | grep enrolled',
  ],
  [
    'unenrol',
    ['unenrol', 'name: '],
    'south-1',
    ['unenrol', 'name: '],
    ['north-1', 'reason: '],
    'it goes to another station',
    'unenrol',
  ],
  ['clock set TIME', 'clock set 2026-01-01T00:00:00Z', 'clock set 2027-01-15T09:00:00Z'],
  [
    'reboot',
    ['reboot', 'name: '],
    'no',
    ['reboot', 'name: '],
    ['north-1', 'reason: '],
    'a new firmware',
  ],
  ['shutdown', ['shutdown', 'name: '], ['north-1', 'reason: '], 'the hall is closed'],
  [
    'monitor [LANE]',
    ['monitor A', 'ends it'],
    ['(the reader is unplugged)', /lost DEVICE/],
    ['q', PROMPT],
  ],
  ['logout|exit|quit', ['exit', 'login: ']],
]

/** What differs from run to run. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{64}\b/g, '(sha-256)'],
  [/\b[0-9a-f]{16}\b/g, '(epoch)'],
  [/\b[\d.]+ [MG]iB/g, '(free)'],
  [/\b\d+ KiB/g, '(size)'],
  [/\b\d{8}T\d{6}Z/g, '(time)'],
  [/\bv\d+\.\d+\.\d+/g, '(node)'],
  [/\b(\d\d):\d\d:\d\d/g, '$1:00:00'],
  [/\b(?:\d+ min )?\d+ s\b */g, '(span) '],
  [/"(sinceMs|at)": \d+/g, '"$1": (time)'],
  [/-?\d+ ms\./g, '(ms) ms.'],
]

const masked = (text: string) =>
  MASKS.reduce((rest, [pattern, mask]) => rest.replaceAll(pattern, mask), text)
    .split('\n')
    .map(line => line.trimEnd())
    .join('\n')

t.test('every command, typed at a pseudo terminal', async t => {
  const world = await startTypedConsole()
  await world.addUser('lin', 'admin')
  const pty = await world.openPty()
  await pty.logIn('lin')
  const told = new Map<string, string>()
  for (const [syntax, ...keys] of SCENES) {
    let text = ''
    for (const key of keys) {
      const [typed, wanted] = typeof key === 'string' ? [key, PROMPT] : key
      ACTS[typed]?.(world.gate)
      const keyed = KEYS.includes(typed) ? typed : `${typed}\r`
      text += plain(await pty.expect(typed in ACTS ? '' : keyed, wanted))
    }
    told.set(syntax, masked(text.replaceAll(world.gate.data, 'data')).trim())
  }
  t.same([...told.keys()].sort(), COMMANDS.map(({ syntax }) => syntax).sort(), 'every command')
  const sections = COMMANDS.map(
    ({ syntax }) => `\n## ${shownSyntax(syntax)}\n\n\`\`\`\n${told.get(syntax)}\n\`\`\`\n`,
  )
  const page = HEAD + sections.join('')
  if (process.env.UPDATE === '1') writeFileSync(FILE, page)
  t.equal(readFileSync(FILE, 'utf8'), page)
  t.notMatch(page, PASSWORD)
  await world.close()
})

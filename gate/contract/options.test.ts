import { parseArgs } from 'node:util'
import t from 'tap'
import { nearestName, OptionError, readOptions, wholeNumber } from './options.ts'

const OPTIONS = {
  config: { type: 'string' },
  environment: { type: 'string', default: 'production' },
  root: { type: 'string' },
  roots: { type: 'string' },
  help: { type: 'boolean' },
} as const

const read = (args: string[], taken?: readonly string[]) =>
  readOptions(
    OPTIONS,
    () => parseArgs({ args, options: OPTIONS, allowPositionals: false }),
    taken && (() => taken),
  )

t.test('an unknown option is refused with the nearest name', async t => {
  const cases: [string[], string][] = [
    [['--confg', 'x'], 'unknown option --confg: did you mean --config?; see --help'],
    [['--conifg=x'], 'unknown option --conifg: did you mean --config?; see --help'],
    [
      ['--enviroment', 'test'],
      'unknown option --enviroment: did you mean --environment?; see --help',
    ],
    [['--hlep'], 'unknown option --hlep: did you mean --help?; see --help'],
    [['--colour'], 'unknown option --colour; see --help'],
    [['-x'], 'unknown option -x; see --help'],
    [['--config'], "Option '--config <value>' argument missing; see --help"],
    [['more'], "Unexpected argument 'more'; see --help"],
  ]
  for (const [args, message] of cases) {
    t.throws(() => read(args), new OptionError(message), args.join(' '))
  }
  t.match(read(['--config', 'x']).values, { config: 'x', environment: 'production' })
})

t.test('one that is for another command is refused as well; a default is not given', async t => {
  t.throws(
    () => read(['--root', '1'], ['roots', 'help']),
    new OptionError('--root is not an option of this command: did you mean --roots?; see --help'),
  )
  t.same({ ...read(['--roots', '1'], ['roots']).values }, { roots: '1', environment: 'production' })
  const fault = new TypeError('a defect')
  const failing = () => {
    throw fault
  }
  t.throws(() => readOptions(OPTIONS, failing), fault)
})

t.test('near is a letter or two away, or a third of a long name', async t => {
  const names = ['json', 'rounds', 'trust-until', 'no-reset-on-open']
  for (const [typed, near] of [
    ['jsno', 'json'],
    ['round', 'rounds'],
    ['trust-untill', 'trust-until'],
    ['no-reset', undefined],
    ['', undefined],
    ['reset-on-open', 'no-reset-on-open'],
  ] as const) {
    t.equal(nearestName(typed, names), near, typed)
  }
})

t.test('a whole number is one, from one bound to the other', async t => {
  const read = (text: string | undefined) =>
    wholeNumber('rounds', text, { from: 1, to: 10, otherwise: 7 })
  t.same(['1', '10', '007', undefined].map(read), [1, 10, 7, 7])
  for (const text of ['', ' 1', '-1', '1.5', '1e1', '0x1', 'one', '0', '11']) {
    const told = `--rounds is a whole number from 1 to 10, not "${text}"`
    t.throws(() => read(text), { name: 'OptionError', message: told })
  }
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import t from 'tap'
import { EXIT } from './exit-codes.ts'

const unit = readFileSync(join(import.meta.dirname, '../wicketgate-gate.service'), 'utf8')
const settingOf = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)?.[1]

t.test('systemd starts it again, unless that helps nothing or nobody wants it', async t => {
  t.equal(settingOf('Restart'), 'always')
  t.equal(settingOf('RestartPreventExitStatus'), `${EXIT.wrong} ${EXIT.shutdown}`)
  t.equal(settingOf('SuccessExitStatus'), `${EXIT.restart} ${EXIT.shutdown}`)
})

t.test('the page of the gate has them', async t => {
  const page = readFileSync(join(import.meta.dirname, '../operation.md'), 'utf8')
  for (const code of [EXIT.restart, EXIT.shutdown]) t.match(page, new RegExp(`\\b${code}\\b`))
})

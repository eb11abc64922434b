/** The table of commands: help and levels, over all of them. */
import t from 'tap'
import { renderedPart, renderedTable } from '../../fixtures/rendered-page.ts'
import { shortestLine } from '../testing/console/sample-lines.ts'
import { startTypedConsole } from '../testing/console/typed-console.ts'
import { LEVELS, mayDo } from './command.ts'
import { COMMANDS } from './command-table.ts'
import { shownSyntax } from './grammar.ts'

const PAGE = new URL('console.md', import.meta.url)

t.test('help stands in the page', async t => {
  const rendered = renderedTable(
    ['command', 'level', 'does'],
    COMMANDS.map(({ syntax, level, says }) => [`\`${shownSyntax(syntax)}\``, level, says]),
  )
  t.equal(renderedPart(PAGE, 'commands', rendered), rendered)
})

t.test('no command of a higher level works, over all of them and every level', async t => {
  const world = await startTypedConsole()
  for (const level of LEVELS) await world.addUser(level, level)
  for (const level of LEVELS) {
    const line = world.openLine(level)
    await line.logIn(level)
    const before = JSON.stringify([world.control.lanes(), world.control.config.history()])
    const refused = COMMANDS.filter(command => !mayDo(level, command.level))
    for (const { syntax } of refused) {
      const told = await line.command(shortestLine(syntax))
      t.match(told, /^[^\n]*\nNOT_ALLOWED: /, `${level}: ${syntax}`)
    }
    const help = await line.command('help')
    for (const { syntax, says } of refused) t.notOk(help.includes(says), `no help: ${syntax}`)
    const after = JSON.stringify([world.control.lanes(), world.control.config.history()])
    t.equal(after, before, 'nothing has changed')
    line.line.close()
  }
  await world.close()
})

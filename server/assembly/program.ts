/**
 * The program behind main.ts: reads the config, starts the service, prints one JSON line when it listens, and
 * stops cleanly on SIGTERM or SIGINT. `staff` keeps accounts.
 */
import { parseArgs } from 'node:util'
import { endWithReader } from '../../gate/contract/closed-pipe.ts'
import { readOptions } from '../../gate/contract/options.ts'
import { sleep } from '../clock.ts'
import { databasePlace, type LoadedConfig, loadConfig, redacted } from '../config.ts'
import { StartError } from '../errors.ts'
import { returnMemory } from '../load/memory-return.ts'
import { createLog, type Log } from '../ops/log.ts'
import { STOP_IN_ALL_MS_MAX } from '../store/engine/limits.ts'
import { lockServing } from '../store/engine/serving-lock.ts'
import { buildPages } from '../web/build.ts'
import { type PageFile, readPageFiles } from '../web/page-files.ts'

const HELP = `Usage: npm run server -- --config FILE [--port N]
       npm run server -- restored --config FILE
       npm run server -- audit verify|export --config FILE [--head HASH]
       npm run server -- retention verify --config FILE
       npm run server -- timetable import FILE --config FILE
       npm run server -- staff list --config FILE
       npm run server -- staff add EMAIL --role ROLE --config FILE [--generate]
       npm run server -- staff disable|enable|remove EMAIL --config FILE
       npm run server -- staff reset EMAIL --config FILE [--generate]
       npm run server -- staff reset-totp EMAIL --config FILE

  --config FILE   one JSON file; see server/config.md for its keys
  --port N        listen on this port instead of the config's; 0 takes any free one
  --head HASH     audit verify: a head that was noted earlier must still be in the chain
  --help          this text

staff add makes an account, or sets role and password of the one with that address. The password
is read from standard input; on a terminal, or with --generate, one is made and printed.
staff disable ends the account's sessions at once and lets none begin, by password or provider; enable
gives the role of before back. staff remove deletes it; what its member did stays in the audit.
staff reset sets another password, as add does, and takes the second factor away; reset-totp takes
only that: the password alone signs in again, to set another up. All but add take an id, too.
timetable import replaces stations and trains by those of a file, one JSON object a line; see
server/timetable.md. Tickets that were sold stay as they are.
audit verify walks the chain over the audit and prints its head: note it elsewhere from time to time.
retention verify tells whether the reports of what was deleted are all there, signed, and in their chain.
audit export prints one line of JSON a row.
All but restored work beside a running service. A second service on one SQLite file ends with 1.
restored is run once after the database came back from a backup, before the service starts: it
closes what may have been used since, so that nothing is given out twice.
Roles: agent, supervisor, technician, operator, auditor.

The secret comes from WICKETGATE_SECRET (base64url of 32 random bytes) or the config's secretFile.
When ready, one line of JSON is printed: {"listening":"http://127.0.0.1:PORT",...}; logs go to
standard error.
`

const OPTIONS = {
  config: { type: 'string' },
  port: { type: 'string' },
  role: { type: 'string' },
  head: { type: 'string' },
  generate: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
} as const

/** What each command takes beside --config and --help; without a command it serves. */
const TAKEN: Readonly<Record<string, readonly (keyof typeof OPTIONS)[]>> = {
  '': ['port'],
  'audit verify': ['head'],
  'staff add': ['role', 'generate'],
  'staff reset': ['generate'],
}

function readArguments() {
  try {
    return readOptions(
      OPTIONS,
      () => parseArgs({ options: OPTIONS, allowPositionals: true }),
      ({ positionals }) => [
        ...['config', 'help'],
        ...(TAKEN[positionals.slice(0, 2).join(' ')] ?? []),
      ],
    )
  } catch (error) {
    throw new StartError('CONFIG', `${(error as Error).message}\n\n${HELP}`)
  }
}

async function main(): Promise<void> {
  const { values, positionals } = readArguments()
  if (values.help) {
    endWithReader(process)
    process.stdout.write(HELP)
    return
  }
  if (values.config === undefined) throw new StartError('CONFIG', `--config is missing\n\n${HELP}`)
  const port = values.port === undefined ? {} : { WICKETGATE_PORT: values.port }
  const loaded = loadConfig(values.config, { ...process.env, ...port })
  await run(loaded, positionals, values)
}

/** Each command loads what it needs: a refusal comes before the service's own code is read. */
async function run(
  loaded: LoadedConfig,
  [command, action, third, ...rest]: readonly string[],
  values: ReturnType<typeof readArguments>['values'],
): Promise<void> {
  if (command === undefined) return serve(loaded)
  endWithReader(process)
  const named = third !== undefined && rest.length === 0
  if (command === 'restored' && action === undefined) {
    return (await import('../cli/restore.ts')).restoredCommand(loaded)
  }
  if (command === 'audit' && (action === 'verify' || action === 'export')) {
    const { auditExport, auditVerify } = await import('../cli/audit.ts')
    return action === 'verify' ? auditVerify(loaded, values.head) : auditExport(loaded)
  }
  if (command === 'retention' && action === 'verify') {
    return (await import('../cli/retention.ts')).retentionVerify(loaded)
  }
  if (named && command === 'timetable' && action === 'import') {
    return (await import('../cli/import-timetable.ts')).importTimetable(loaded, third)
  }
  if (command === 'staff') {
    const { isStaffCommand, listStaff, runStaffCommand } = await import('../cli/staff.ts')
    if (action === 'list' && third === undefined) return listStaff(loaded)
    if (named && isStaffCommand(action)) {
      const { role = '', generate } = values
      return runStaffCommand(loaded, action, { who: third, role, generate })
    }
  }
  throw new StartError('CONFIG', `unknown command\n\n${HELP}`)
}

/** The pages for people, built first where they are not; without them the rest works all the same. */
async function pagesOf(log: Log): Promise<readonly PageFile[]> {
  const onStart = () => log.info('the pages are built: this takes a few seconds, once')
  const build = await buildPages({ onStart })
  if (build.ok) return readPageFiles(build.folder)
  log.warn({ code: 'PAGES_MISSING' }, build.problem)
  return []
}

async function serve(loaded: LoadedConfig): Promise<void> {
  // A stop asked for while it starts is one that waits.
  const asked = new Promise<NodeJS.Signals>(resolve => {
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
  })
  const lock = lockServing(databasePlace(loaded.config))
  const { startService } = await import('./start.ts')
  const log = createLog(loaded.config.log.level)
  const running = await startService({ ...loaded, log, pages: await pagesOf(log) })
  const { service, url } = running
  const metrics = running.metricsUrl === undefined ? {} : { metrics: running.metricsUrl }
  const line = { listening: url, ...metrics, pid: process.pid, config: redacted(loaded.config) }
  process.stdout.write(`${JSON.stringify(line)}\n`)
  void asked.then(async signal => {
    service.log.info({ signal }, 'stopping')
    const stopped = await Promise.race([
      running.stop().then(
        () => true,
        () => false,
      ),
      // A database that gives no answer keeps nobody from stopping.
      sleep(service.timers, STOP_IN_ALL_MS_MAX).then(() => false),
    ])
    lock.release()
    process.exit(stopped ? 0 : 1)
  })
  await service.staff.warm()
  returnMemory(service.timers)
}

main().catch((error: unknown) => {
  if (error instanceof StartError) {
    process.stderr.write(`${error.message}\n`)
    process.exit(error.code === 'IN_USE' ? 1 : 2)
  }
  process.stderr.write(`${(error as Error).stack}\n`)
  process.exit(1)
})

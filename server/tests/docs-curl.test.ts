/** What `/docs` says to type is typed, as it stands, against a real service. */
import { execFile, spawnSync } from 'node:child_process'
import { promisify } from 'node:util'
import t from 'tap'
import { ROOT } from '../../fixtures/child.ts'
import { tempDir } from '../../fixtures/temp-dir.ts'
import { createWorld } from '../../fixtures/world.ts'
import { CURL_EXAMPLE } from '../http/docs-page.ts'

const run = promisify(execFile)
const skip = spawnSync('curl', ['--version']).status === 0 ? false : 'curl is not here'

t.test('the example with curl makes an application', { skip }, async t => {
  const dir = tempDir()
  const world = await createWorld({ dir, lanes: [] })
  t.teardown(() => world.close())
  await world.startServer()
  const typed = CURL_EXAMPLE.replaceAll('npm run', `npm --prefix ${ROOT} run`)
  // npm runs a script in its project's folder: files are named from the root there.
  const here = typed.replaceAll(/\b(phone\.pem|holder\.pem|body\.json)\b/g, `${dir}/$1`)
  const env = { ...process.env, URL: world.url() }
  const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', here], { cwd: dir, env })
  t.match(stdout, /^HTTP\/1\.1 201 /m)
  t.match(stdout, /"application":\{"id":"[0-9a-f]{32}"/)
})

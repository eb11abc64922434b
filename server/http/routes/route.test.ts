/** What `jsonBody` makes of a schema: a copy that is judged at once; the schema stays as it was. */
import { z } from '@hono/zod-openapi'
import t from 'tap'
import { jsonBody } from './route.ts'

t.test('the schema that is handed in stays as it is', async t => {
  const schema = z.strictObject({ n: z.int() }).openapi('Counted')
  // Methods are bound when they are first asked for.
  const { safeParse, safeParseAsync, parseAsync } = schema
  const made = jsonBody(schema).body.content['application/json'].schema
  t.not(made, schema)
  t.equal(schema.safeParse, safeParse)
  t.equal(schema.safeParseAsync, safeParseAsync, 'its own asynchronous parse')
  t.equal(schema.parseAsync, parseAsync)
  t.not(made.safeParseAsync, schema.safeParseAsync)
})

t.test('the copy takes and refuses what the schema does', async t => {
  const inner = z.strictObject({ n: z.int() }).refine(({ n }) => n !== 7, 'not seven')
  const made = jsonBody(inner).body.content['application/json'].schema
  for (const value of [{ n: 1 }, { n: 7 }, { n: 'x' }, { n: 1, more: 2 }, undefined]) {
    const asked = await made.safeParseAsync(value)
    const wanted = inner.safeParse(value)
    t.equal(asked.success, wanted.success, JSON.stringify(value))
    t.same(asked.error?.issues, wanted.error?.issues)
  }
})

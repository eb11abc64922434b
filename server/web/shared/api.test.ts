import { readFileSync, writeFileSync } from 'node:fs'
import t from 'tap'
import { tempDir } from '../../../fixtures/temp-dir.ts'
import { openWorld } from '../../testing/world.ts'
import { type ApiDocument, renderApiTypes } from '../testing/render-api-types.ts'

const FILE = new URL('api.d.ts', import.meta.url)

t.test('the types of the API are those of its document (UPDATE=1 writes them anew)', async t => {
  const world = await openWorld(tempDir())
  t.teardown(() => world.close())
  const document = (await (await world.call('/openapi.json')).json()) as ApiDocument
  const rendered = renderApiTypes(document)
  if (process.env.UPDATE === '1') writeFileSync(FILE, rendered)
  t.equal(readFileSync(FILE, 'utf8'), rendered)
})

t.test('a schema becomes the type of its values', async t => {
  const rendered = renderApiTypes({
    paths: {
      '/v1/things/{id}': {
        post: {
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'string' } },
            { name: 'limit', in: 'query', schema: { type: 'integer' } },
          ],
          requestBody: {
            content: {
              'application/json': {
                schema: {
                  type: 'object',
                  properties: {
                    kind: { enum: ['a', 'b'] },
                    'at-most': { type: ['number', 'null'] },
                    parts: { type: 'array', items: { $ref: '#/components/schemas/Part' } },
                  },
                  required: ['kind'],
                },
              },
            },
          },
          responses: {
            201: { content: { 'application/json': { schema: { const: true } } } },
            409: {},
          },
        },
      },
    },
    components: { schemas: { Part: { type: 'object' } } },
  })
  t.match(rendered, `export type Part = Readonly<Record<string, unknown>>`)
  t.match(
    rendered,
    `  'POST /v1/things/{id}': {
    params: { id: string }
    query: { limit?: number }
    body: {
      readonly kind: "a" | "b"
      readonly "at-most"?: number | null
      readonly parts?: readonly (Part)[]
    }
    answer: true
  }`,
  )
})

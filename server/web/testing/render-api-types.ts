/**
 * TypeScript types of the API out of its OpenAPI 3.1 document: of each route its path parameters, its
 * query, its body and its answer, and of each named schema one type.
 */

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: Schema
  }[]
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

export interface ApiDocument {
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

const HEAD = `/**
 * The service's API, as pages call it: rendered from its OpenAPI document, held by
 * shared/api.test.ts (UPDATE=1).
 */
`

/** The text of \`shared/api.d.ts\`. */
export function renderApiTypes({ paths = {}, components }: ApiDocument): string {
  const named = Object.entries(components?.schemas ?? {}).map(
    ([name, schema]) => `export type ${name} = ${typeOf(schema, '')}\n`,
  )
  const routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => `  '${method.toUpperCase()} ${path}': ${routeOf(operation)}\n`,
    ),
  )
  return `${HEAD}${named.join('')}\nexport interface Api {\n${routes.join('')}}\n`
}

function routeOf({ parameters = [], requestBody, responses = {} }: Operation): string {
  const answers = Object.entries(responses).flatMap(([status, answer]) => {
    const schema = status.startsWith('2') ? jsonOf(answer) : undefined
    return schema === undefined ? [] : [typeOf(schema, '    ')]
  })
  const body = jsonOf(requestBody)
  const members = [
    ...membersOf(parameters, 'path', 'params'),
    ...membersOf(parameters, 'query', 'query'),
    ...(body === undefined ? [] : [`    body: ${typeOf(body, '    ')}\n`]),
    `    answer: ${answers.length === 0 ? 'undefined' : answers.join(' | ')}\n`,
  ]
  return `{\n${members.join('')}  }`
}

function membersOf(
  parameters: NonNullable<Operation['parameters']>,
  where: string,
  name: string,
): string[] {
  const those = parameters.filter(one => one.in === where)
  if (those.length === 0) return []
  const fields = those.map(
    one => `${one.name}${one.required === true ? '' : '?'}: ${typeOf(one.schema ?? {}, '')}`,
  )
  return [`    ${name}: { ${fields.join('; ')} }\n`]
}

const jsonOf = (content: Content | undefined): Schema | undefined =>
  content?.content?.['application/json']?.schema

function typeOf(schema: Schema, indent: string): string {
  const forms = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return String(schema.$ref.split('/').at(-1))
  if (schema.allOf !== undefined) return schema.allOf.map(one => typeOf(one, indent)).join(' & ')
  if (forms !== undefined) return forms.map(one => typeOf(one, indent)).join(' | ')
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(one => JSON.stringify(one)).join(' | ')
  if (Array.isArray(schema.type)) {
    return schema.type.map(type => typeOf({ ...schema, type }, indent)).join(' | ')
  }
  switch (schema.type) {
    case 'string':
    case 'boolean':
    case 'null':
      return String(schema.type)
    case 'integer':
    case 'number':
      return 'number'
    case 'array':
      return `readonly (${typeOf(schema.items ?? {}, indent)})[]`
    case 'object':
      return objectType(schema, indent)
    default:
      return 'unknown'
  }
}

function objectType(schema: Schema, indent: string): string {
  const { properties = {}, required = [], additionalProperties } = schema
  const inner = `${indent}  `
  const fields = Object.entries(properties).map(([name, value]) => {
    const key = /^[A-Za-z_]\w*$/.test(name) ? name : JSON.stringify(name)
    return `${inner}readonly ${key}${required.includes(name) ? '' : '?'}: ${typeOf(value, inner)}\n`
  })
  if (fields.length > 0) return `{\n${fields.join('')}${indent}}`
  const value =
    typeof additionalProperties === 'object' ? typeOf(additionalProperties, inner) : 'unknown'
  return `Readonly<Record<string, ${value}>>`
}

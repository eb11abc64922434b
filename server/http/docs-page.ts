/**
 * The API's documentation as one page, made of the OpenAPI document (3.1) that the routes declare:
 * no script, no style sheet or font from elsewhere, readable in a terminal browser too.
 */
import { createHash } from 'node:crypto'
import { PROBLEMS } from '../errors.ts'
import { NEXT_STEPS, type NextStep } from './next-steps.ts'

/** What of an OpenAPI document is read here. */
export interface ApiDocument {
  readonly paths?: Readonly<Record<string, object>> | undefined
  readonly components?: { readonly schemas?: object } | undefined
}

export interface DocsOptions {
  readonly document: ApiDocument
  /** Who may call: by method in lower case and path. */
  readonly accessOf: (method: string, path: string) => string
}

interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly description?: string
  readonly format?: string
  readonly pattern?: string
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly maxItems?: number
  readonly default?: unknown
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly tags?: readonly string[]
  readonly summary?: string
  readonly parameters?: readonly {
    readonly name: string
    readonly in: string
    readonly required?: boolean
    readonly schema?: Schema
  }[]
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content & { readonly description?: string }>>
}

const STYLE = `
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: #1a1a1a; background: #fff }
h2 { margin-top: 3rem; border-bottom: 1px solid #bbb } h3 { margin-top: 2rem }
code, .method { font-family: ui-monospace, monospace } .method { font-weight: bold }
.who { color: #444 } ul { padding-left: 1.5rem } table { border-collapse: collapse; width: 100% }
pre { overflow-x: auto; padding: .75rem; border: 1px solid #bbb }
th, td { text-align: left; vertical-align: top; padding: .25rem .75rem .25rem 0 }
@media (prefers-color-scheme: dark) {
  body { color: #e8e8e8; background: #161616 } .who { color: #bbb } a { color: #9cf } }
`
/** For `style-src` of the content security policy. */
export const DOCS_STYLE_SOURCE = `'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`

/** A whole first request of a phone, for a shell in a checkout. */
export const CURL_EXAMPLE = `npm run --silent pass -- key phone.pem
npm run --silent pass -- key holder.pem > holder.jwk
cat > body.json <<'END'
{"name":"张三","documentType":"resident-id","documentNumber":"11010519491231002X",
 "city":"Hangzhou","consent":true}
END
NONCE=$(curl -sI $URL/v1/time | tr -d '\\r' | sed -n 's/^dpop-nonce: //p')
PROOF=$(npm run --silent pass -- proof --key phone.pem --path /v1/applications \\
  --body body.json --nonce $NONCE)
curl -si $URL/v1/applications -H "dpop: $PROOF" -H 'content-type: application/json' \\
  --data-binary @body.json`

const INTRO = `
<p>Bodies are JSON. Errors are problem documents (RFC 9457) with a stable <code>code</code>; the
table at the end lists them. The same description for programs: <a href="/openapi.json">openapi.json</a>.</p>
<p>Phones and gates prove their key with each request: a JWT of type <code>dpop+jwt</code> in the
<code>dpop</code> header (after RFC 9449), its public key as <code>jwk</code> in the header, and
<code>htm</code> (method), <code>htu</code> (path), <code>nonce</code> (from the
<code>dpop-nonce</code> header of any answer), <code>jti</code> (16–64 characters, once) and
<code>bh</code> (base64url of the body's SHA-256) in the payload; <code>iat</code> may be left out,
and is refused when it is more than a day off. Phones sign with ES256, gates with
EdDSA. A phone that lost the answer to a POST repeats it with the same <code>jti</code> and another
<code>nonce</code> or <code>iat</code>. Staff sign in at <code>POST /v1/auth/sign-in/email</code>
with <code>email</code> and <code>password</code>, with a code at
<code>POST /v1/auth/two-factor/verify-totp</code> where a second factor is set up, or by the
operator’s provider, and send the cookie.</p>
<h2 id="curl">With curl</h2>
<p>In a checkout, with this service's address as <code>$URL</code>: a phone's first request.</p>
<pre>${html(CURL_EXAMPLE)}</pre>
<p>Every answer brings the nonce of the next request. Then <code>…/challenge</code> with the body
<code>{}</code>, and <code>…/face</code> with its <code>challenge</code>, as many pictures for each
prompt as its <code>pictures</code> say, in base64, and <code>holder.jwk</code> as <code>holderKey</code>: on a match the answer holds the
certificate and the pass. <code>npm run pass -- present</code> makes the code that a gate reads, of
that answer as it came. server/applying.md has every command, with somebody of the demo set.</p>`

/** The page as HTML. */
export function docsPage({ document, accessOf }: DocsOptions): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation: operation as Operation,
    })),
  )
  const groups = Map.groupBy(operations, one => one.operation.tags?.[0] ?? 'others')
  const schemas = (document.components?.schemas ?? {}) as Readonly<Record<string, Schema>>
  const names = [...groups.keys()]
  const sections = names.map(name => {
    const parts = (groups.get(name) ?? []).map(one =>
      operationPart(one, accessOf(one.method, one.path), schemas),
    )
    return `<h2 id="${html(name)}">${html(name)}</h2>${parts.join('')}`
  })
  const links = names.map(name => `<a href="#${html(name)}">${html(name)}</a>`)
  return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Wicketgate service: API</title><style>${STYLE}</style></head>
<body><h1>Wicketgate service</h1><nav>${links.join(' · ')} · <a href="#codes">codes</a></nav>
${INTRO}${sections.join('')}${codesPart()}</body></html>`
}

function operationPart(
  one: { readonly path: string; readonly method: string; readonly operation: Operation },
  access: string,
  schemas: Readonly<Record<string, Schema>>,
): string {
  const { path, method, operation } = one
  const title = `<span class="method">${method.toUpperCase()}</span> <code>${html(path)}</code>`
  const parameters = (operation.parameters ?? []).map(({ name, required, schema, ...rest }) =>
    field(`${name} (${rest.in})`, schema ?? {}, required === true, schemas),
  )
  const body = contentPart('Body', operation.requestBody, schemas)
  const answers = Object.entries(operation.responses ?? {}).map(([status, answer]) => {
    const isProblem = answer.content?.['application/problem+json'] !== undefined
    const shape = isProblem ? '' : contentPart('', answer, schemas)
    return `<li><code>${html(status)}</code> ${html(answer.description ?? '')}${shape}</li>`
  })
  return `<section><h3>${title}</h3><p>${html(operation.summary ?? '')}.
<span class="who">For: ${html(access)}.</span></p>
${parameters.length > 0 ? `<p>Parameters</p><ul>${parameters.join('')}</ul>` : ''}${body}
<p>Answers</p><ul>${answers.join('')}</ul></section>`
}

function contentPart(
  title: string,
  content: Content | undefined,
  schemas: Readonly<Record<string, Schema>>,
): string {
  const [found] = Object.entries(content?.content ?? {})
  if (found === undefined) return ''
  const [type, { schema }] = found
  const heading = title === '' ? '' : `<p>${title}</p>`
  if (type !== 'application/json') return `${heading}<ul><li><code>${html(type)}</code></li></ul>`
  return heading + shapePart(schema ?? {}, schemas)
}

/** Fields of an object, or of each of its forms; nothing for a plain value. */
function shapePart(schema: Schema, schemas: Readonly<Record<string, Schema>>): string {
  const known = resolve(schema, schemas)
  const forms = known.oneOf ?? known.anyOf
  if (forms !== undefined) return forms.map(form => shapePart(form, schemas)).join('<p>or</p>')
  if (known.items !== undefined) return shapePart(known.items, schemas)
  const fields = Object.entries(known.properties ?? {}).map(([name, value]) =>
    field(name, value, known.required?.includes(name) === true, schemas),
  )
  return fields.length === 0 ? '' : `<ul>${fields.join('')}</ul>`
}

function field(
  name: string,
  schema: Schema,
  required: boolean,
  schemas: Readonly<Record<string, Schema>>,
): string {
  const known = resolve(schema, schemas)
  const notes = [typeOf(known), ...limitsOf(known), ...(required ? [] : ['optional'])]
  const about = known.description === undefined ? '' : `: ${known.description}`
  return `<li><code>${html(name)}</code> ${html(notes.join(', ') + about)}${shapePart(known, schemas)}</li>`
}

function typeOf(schema: Schema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(value => JSON.stringify(value)).join(' or ')
  const type = Array.isArray(schema.type) ? schema.type.join(' or ') : schema.type
  return schema.format === undefined ? String(type ?? 'object') : `${type} (${schema.format})`
}

function limitsOf(schema: Schema): string[] {
  const { minLength, maxLength, minimum, maximum, maxItems, pattern } = schema
  const range = (low: number | undefined, high: number | undefined, unit: string) =>
    low === undefined && high === undefined ? [] : [`${low ?? ''}–${high ?? ''}${unit}`]
  return [
    ...range(minLength, maxLength, ' characters'),
    ...range(minimum, maximum, ''),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
    ...(pattern === undefined || schema.format !== undefined ? [] : [`like ${pattern}`]),
    ...(schema.default === undefined ? [] : [`default ${JSON.stringify(schema.default)}`]),
  ]
}

function resolve(schema: Schema, schemas: Readonly<Record<string, Schema>>): Schema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (schemas[name] ?? {})
}

function codesPart(): string {
  const rows = Object.entries(PROBLEMS).map(
    ([code, { status, title }]) =>
      `<tr><td><code>${code}</code></td><td>${status}</td><td>${html(title)}</td>
<td>${html(nextOf(code))}</td></tr>`,
  )
  return `<h2 id="codes">Codes of problems</h2><table><thead><tr><th>Code</th><th>Status</th>
<th>Meaning</th><th>What a passenger does next</th></tr></thead><tbody>${rows.join('')}</tbody></table>`
}

/** As phones are told; '' for codes of staff and gates. */
function nextOf(code: string): string {
  const steps: Readonly<Record<string, NextStep>> = NEXT_STEPS
  const step = steps[code]
  return step === undefined ? '' : `${step.zh} ${step.en}`
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

import { createHash } from 'node:crypto'
import t from 'tap'
import {
  AUDIT_START,
  type AuditBody,
  type AuditLink,
  auditBodyHash,
  auditLinkHash,
  verifyAuditChain,
} from './audit-chain.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const idAt = (at: number, n: number) => `${at.toString(16).padStart(12, '0')}${n}`

const bodyOf = (n: number): AuditBody => ({
  ...{ id: idAt(1000 * n, n), at: 1000 * n, actor: 'desk-1', action: 'revoke', subject: `c${n}` },
  ...{ detail: '{}', salt: `0${n}` },
})

/** A chain of `count` rows; those of before there were counters have no `series`. */
function chainOf(count: number, series: number | null = 7): AuditLink[] {
  const links: AuditLink[] = []
  for (let n = 1; n <= count; n += 1) {
    const body = bodyOf(n)
    const said = { seq: n, bodyHash: auditBodyHash(body), auditId: body.id, series, n }
    const hash = auditLinkHash(links.at(-1)?.hash ?? AUDIT_START, said)
    links.push({ ...said, hash, body, removedBy: undefined })
  }
  return links
}

async function* given(links: readonly AuditLink[]) {
  yield* links
}
const verify = (links: readonly AuditLink[], head?: string) => verifyAuditChain(given(links), head)
const change = (links: readonly AuditLink[], at: number, more: Partial<AuditLink>) =>
  links.map((link, i) => (i === at ? { ...link, ...more } : link))

t.test('hashes are of what the page on the audit says', async t => {
  t.equal(
    auditBodyHash(bodyOf(1)),
    sha256('["01","0000000003e81",1000,"desk-1","revoke","c1","{}"]'),
  )
  const link = { seq: 2, bodyHash: 'bb', auditId: 'id', series: 7, n: 3 }
  t.equal(auditLinkHash('aa', link), sha256('["aa",2,"bb","id",7,3]'))
  t.equal(auditLinkHash('aa', { ...link, series: null, n: null }), sha256('["aa",2,"bb"]'))
})

t.test('a whole chain, with counters and of before them', async t => {
  for (const series of [7, null]) {
    const links = chainOf(3, series)
    t.same(await verify(links), {
      ...{ ok: true, rows: 3, deleted: 0, removed: new Map() },
      ...{ head: links[2]?.hash, headFound: true },
    })
  }
  t.match(await verify([]), { ok: true, rows: 0, head: AUDIT_START, headFound: true })
})

t.test('a head that was noted earlier must still be met', async t => {
  const links = chainOf(3)
  t.match(await verify(links, links[1]?.hash), { ok: true, headFound: true })
  t.match(await verify(links, 'f'.repeat(64)), { ok: true, headFound: false })
})

t.test('the first link that is wrong is named', async t => {
  const links = chainOf(3)
  const wrong = (at: number, more: Partial<AuditLink>) => verify(change(links, at, more))
  t.same(await verify(links.toSpliced(1, 1)), { ok: false, seq: 2, fault: 'GAP' })
  t.same(await wrong(1, { hash: 'f'.repeat(64) }), { ok: false, seq: 2, fault: 'HASH' })
  t.same(await wrong(1, { n: 9 }), { ok: false, seq: 2, fault: 'HASH' })
  const body = { ...bodyOf(2), subject: 'c9' }
  t.same(await wrong(1, { body }), { ok: false, seq: 2, fault: 'BODY' })
  t.same(await wrong(2, { body: undefined }), { ok: false, seq: 3, fault: 'MISSING' })
})

t.test('bodies that retention removed are counted by the report that says so', async t => {
  let links = chainOf(4)
  for (const [at, removedBy] of [
    [0, 5],
    [2, 5],
    [1, 6],
  ] as const) {
    links = change(links, at, { body: undefined, removedBy })
  }
  t.match(await verify(links), {
    ...{ ok: true, rows: 4, deleted: 3 },
    removed: new Map([
      [5, { rows: 2, youngestAt: 3000 }],
      [6, { rows: 1, youngestAt: 2000 }],
    ]),
  })
})

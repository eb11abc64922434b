import t from 'tap'
import { ISSUE_STATEMENT } from '../certificates/issue-statement.ts'
import { readMark } from './statement-mark.ts'

const CASES: readonly [string, string, readonly string[]][] = [
  ['select "id" from "audit" where "sealed" = ?', 'select audit', []],
  ['insert into "audit" ("id") values (?)', 'insert audit', ['audit']],
  [
    'insert into "leases" ("name") values (?) on conflict ("name") do update set "until" = ?',
    'insert leases',
    ['leases'],
  ],
  ['update "status_lists" set "next" = ?', 'update status_lists', ['status_lists']],
  ['delete from "proofs" where "jti" in (select "jti" from "rates")', 'delete proofs', ['proofs']],
  ['select "id" from "people" where "id" = $1 for update', 'select people', []],
  ['select 1', 'select', []],
  ['begin', 'begin', []],
  ['COMMIT', 'commit', []],
  ['\n    select sum(n)\n    from audit_series', 'select audit_series', []],
  ['pragma data_version', 'pragma', []],
  ['', 'other', []],
]

t.test('a statement is known by its kind and its table', t => {
  for (const [sql, name, writes] of CASES) t.same(readMark(sql), { name, writes }, sql)
  t.end()
})

t.test('one that writes to several tables names the first, and tells all', t => {
  const { name, writes } = readMark(ISSUE_STATEMENT)
  t.equal(name, `with ${writes[0]}`)
  for (const table of ['people', 'certificates', 'audit']) t.ok(writes.includes(table), table)
  t.end()
})

/** What differs between two configs, a value a row. */
import type { ConfigChange } from '../config-diff.ts'
import { say } from '../texts.ts'

/** A line for what was, and one for what is: signs beside the colours. */
export function Changes({ changes }: { readonly changes: readonly ConfigChange[] }) {
  if (changes.length === 0) return <p class="quiet">{say('config.same')}</p>
  return (
    <ul class="diff">
      {changes.map(({ path, before, after }) => (
        <li key={path}>
          <code>{path}</code>
          {before !== undefined && (
            <del>
              <span class="unseen">{say('config.before')} </span>
              {before}
            </del>
          )}
          {after !== undefined && (
            <ins>
              <span class="unseen">{say('config.after')} </span>
              {after}
            </ins>
          )}
        </li>
      ))}
    </ul>
  )
}

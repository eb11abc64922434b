/** What a certificate is good for: travel by rail, and nothing else. */
import { Icon } from '../../shared/icons.tsx'
import { say } from '../texts.ts'

const USES = ['entry', 'exit', 'sale', 'refund', 'change'] as const

export function UsesCard() {
  return (
    <ul class="card uses" aria-label={say('use.label')}>
      {USES.map(use => (
        <li key={use}>
          <Icon name={use} />
          {say(`use.${use}`)}
        </li>
      ))}
    </ul>
  )
}

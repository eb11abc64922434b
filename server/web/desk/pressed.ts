/** What a key of the page does. True where it did something. */
import { choicesOf } from './choices.ts'
import type { Desk } from './desk.ts'
import type { KeyName } from './keys.ts'

export function pressed(desk: Desk, name: KeyName | 'escape'): boolean {
  if (name === 'escape') {
    if (desk.act.value === undefined) focus('find')
    else desk.callOff()
    return true
  }
  if (name === 'find') return focus('find')
  if (name === 'queue') return focus('queue')
  const found = desk.found.value
  if (found.is !== 'person' || desk.waiting.value !== 'no') return false
  if (name === 'number') {
    void desk.person.number()
    return true
  }
  const choice = choicesOf(desk, found.person).find(one => one.name === name)
  if (choice === undefined || choice.why !== undefined) return false
  desk.begin(name)
  return true
}

function focus(id: string): true {
  const element = document.getElementById(id)
  element?.focus()
  if (element instanceof HTMLInputElement) element.select()
  return true
}

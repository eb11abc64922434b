/**
 * A person at the window: found by the number of a document, or by the code that they show. What else
 * is known (photo, tickets) comes after. Each look at a person, a photo or a whole number is written
 * into the audit by the service, and said here.
 */
import { checkDocumentNumber } from '../../domain/document.ts'
import type { DocumentType } from '../../domain/document-type.ts'
import { fromBase64Url } from '../shared/bytes.ts'
import { staffTroubleOf } from '../shared/staff/staff-context.ts'
import type { Loaded } from '../shared/staff/staff-screen.ts'
import { type DeskContext, troubleOf } from './desk-context.ts'
import type { Document, Person, Purpose, Recorded } from './screens.ts'

export interface FindSteps {
  /** `text`: a number of a document of this type, or a code. */
  find(text: string, type: DocumentType, purpose: Purpose): Promise<void>
  /** The code of paper, with the name that stands on the document. */
  name(code: string, name: string, purpose: Purpose): Promise<void>
  /** Somebody whose document is known already, as of an appeal. */
  show(who: Document & { readonly name: string }, how: Recorded): Promise<void>
  /** The same person again, after something was done. */
  again(): Promise<void>
  /** The whole number. */
  number(): Promise<void>
  photoAgain(): Promise<void>
  tickets(): Promise<void>
  /** Nobody is at the window any more. */
  leave(): void
}

/** A pass of any version (pass/text.ts). */
const CODE = /^RP\d{1,3}:/i

export function createFindSteps(page: DeskContext): FindSteps {
  const { found, act } = page

  function leave(): void {
    const { value } = found
    if (value.is === 'person' && value.person.photo.is === 'here') {
      URL.revokeObjectURL(value.person.photo.value)
    }
    act.value = undefined
    found.value = { is: 'nobody' }
  }

  async function byNumber(
    document: Document,
    known: { readonly name?: string; readonly recorded: readonly Recorded[] },
  ): Promise<void> {
    leave()
    found.value = { is: 'looking', by: 'number' }
    const looking = found.value
    const route = 'POST /v1/people/lookup'
    const answer = await page.work(route, { body: document })
    if (found.value !== looking) return
    if (!answer.ok) {
      const again = () => void byNumber(document, known)
      found.value = { is: 'trouble', trouble: troubleOf(page, route, answer), again }
      return
    }
    const person: Person = {
      ...{ document, name: known.name, looked: answer.body, number: undefined },
      photo: page.may('person.photo') ? { is: 'loading' } : { is: 'forbidden' },
      tickets: page.may('ticket.read') ? { is: 'loading' } : { is: 'forbidden' },
      recorded: [...known.recorded, 'look'],
    }
    found.value = { is: 'person', person }
    await Promise.all([loadPhoto(), loadTickets()])
  }

  async function byCode(code: string, purpose: Purpose, name?: string): Promise<void> {
    leave()
    found.value = { is: 'looking', by: 'code' }
    const looking = found.value
    const route = 'POST /v1/checks'
    const body = { code, purpose, ...(name !== undefined && { name }) }
    const answer = await page.work(route, { body })
    if (found.value !== looking) return
    if (!answer.ok) {
      found.value = { is: 'trouble', trouble: troubleOf(page, route, answer), again: undefined }
      return
    }
    const checked = answer.body
    if (checked.accepted) {
      const { name: held, ...document } = checked.person
      return byNumber(document, { name: held, recorded: ['check'] })
    }
    const { reason } = checked
    found.value =
      reason === 'NAME_MISSING' || reason === 'NAME_MISMATCH'
        ? { is: 'name-wanted', code, isWrong: reason === 'NAME_MISMATCH' }
        : { is: 'trouble', trouble: { kind: 'code', reason }, again: undefined }
  }

  const personNow = () => (found.value.is === 'person' ? found.value.person : undefined)

  async function loadPhoto(): Promise<void> {
    const person = personNow()
    if (person === undefined || person.photo.is === 'forbidden') return
    page.change(person, { photo: { is: 'loading' } })
    const photo = await photoOf(person)
    const now = personNow()
    if (now?.document !== person.document) return
    const recorded = [...now.recorded, ...(photo.is === 'here' ? (['photo'] as const) : [])]
    page.change(now, { photo, recorded: [...new Set(recorded)] })
  }

  async function photoOf({ document, looked }: Person): Promise<Loaded<string>> {
    if (!looked.onFile) return { is: 'none' }
    const route = 'POST /v1/people/photo'
    const answer = await page.call(route, { body: document })
    if (answer.ok) {
      const bytes = fromBase64Url(answer.body.photo)
      return { is: 'here', value: URL.createObjectURL(new Blob([bytes])) }
    }
    const code = answer.why === 'refused' ? answer.problem.code : ''
    if (code === 'FORBIDDEN') return { is: 'forbidden' }
    if (code === 'PERSON_UNKNOWN') return { is: 'none' }
    return { is: 'away', trouble: staffTroubleOf(page, route, answer) }
  }

  async function loadTickets(): Promise<void> {
    const person = personNow()
    if (person === undefined || person.tickets.is === 'forbidden') return
    const { certificate } = person.looked
    if (certificate === null) return page.change(person, { tickets: { is: 'none' } })
    const route = 'GET /v1/desk/certificates/{id}/tickets'
    const answer = await page.call(route, { params: { id: certificate.id } })
    const tickets: Person['tickets'] = answer.ok
      ? { is: 'here', value: answer.body.tickets }
      : { is: 'away', trouble: staffTroubleOf(page, route, answer) }
    page.change(person, { tickets })
  }

  return {
    async find(text, type, purpose) {
      const typed = text.trim()
      if (typed === '') return
      if (CODE.test(typed)) return byCode(typed.toUpperCase(), purpose)
      await byNumber(documentOf(typed, type, page.serviceClock.now()), { recorded: [] })
    },
    name: (code, name, purpose) => byCode(code, purpose, name.trim()),
    show: ({ name, ...document }, how) => byNumber(document, { name, recorded: [how] }),
    async again() {
      const person = personNow()
      if (person === undefined) return
      const { document, name, recorded } = person
      await byNumber(document, { recorded, ...(name !== undefined && { name }) })
    },
    async number() {
      const person = personNow()
      if (person === undefined || person.number !== undefined) return
      const route = 'POST /v1/people/number'
      const answer = await page.work(route, { body: person.document })
      if (!answer.ok) {
        act.value = { is: 'trouble', trouble: troubleOf(page, route, answer) }
        return
      }
      const now = personNow() ?? person
      const recorded: readonly Recorded[] = [...now.recorded, 'number']
      page.change(person, { number: answer.body.documentNumber, recorded })
    },
    photoAgain: loadPhoto,
    tickets: loadTickets,
    leave,
  }
}

/** Of a number that is of another type by its form, that type: nobody has to choose it first. */
function documentOf(number: string, type: DocumentType, now: number): Document {
  const read = checkDocumentNumber(type, number, now)
  const fits = read.ok ? type : (read.fits ?? type)
  return { documentType: fits, documentNumber: number }
}

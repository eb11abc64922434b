/** A text for a person, in the service's two languages. */
export interface InBoth {
  readonly zh: string
  readonly en: string
}

/** Time as the service sees it: a port, so that tests can hold it still. */
export interface Clock {
  /** Unix milliseconds. */
  now(): number
}

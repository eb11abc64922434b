/** Said to the person at the prompt or at the page; nothing is broken. */
export class Refused extends Error {}

/** Bytes of keys as a terminal sends them: ASCII. */
export const KEY = {
  ctrlC: 3,
  ctrlG: 7,
  backspace: 8,
  lineFeed: 10,
  enter: 13,
  ctrlR: 18,
  escape: 27,
  space: 32,
  question: 63,
  delete: 127,
}

/** What the lanes of a simulated station are called: `in1 out1 in2 out2 …`. */
export const laneNames = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${n % 2 === 0 ? 'in' : 'out'}${Math.floor(n / 2) + 1}`)

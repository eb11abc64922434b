/**
 * What a manifest once revoked stays revoked while the status key that said so is trusted, so that
 * a stolen status key can't un-revoke. TUF 1.0.34 keeps a list's version from going back (5.5.5); this
 * keeps its bits. When that key leaves trust, everything it said is forgotten (5.3.11): the way back
 * from a mass revocation. Pure; a value is never changed, only replaced.
 *
 * Lists here are bit maps, one bit an entry (Token Status List, `bits` = 1).
 */

/** Revoked bits of one list as one status key once published them. */
export interface KeptBits {
  readonly uri: string
  readonly signer: string
  /** When the manifest last named the list, Unix milliseconds. */
  readonly seenAtMs: number
  readonly bytes: Uint8Array
}

/** One revoked kid (hexadecimal) as one status key once published it. */
export interface KeptKid {
  readonly kid: string
  readonly signer: string
}

/** What one accepted manifest says, signed by `signer`. */
export interface Published {
  readonly signer: string
  /** By uri. */
  readonly lists: ReadonlyMap<string, { readonly bytes: Uint8Array }>
  /** Hexadecimal. */
  readonly revokedKids: ReadonlySet<string>
}

/** True when every bit of `part` is set in `whole`; a longer `part` must end in zeros. */
export function covers(whole: Uint8Array, part: Uint8Array): boolean {
  for (let i = 0; i < part.length; i++) {
    if (((part[i] as number) & ~(whole[i] ?? 0)) !== 0) return false
  }
  return true
}

/** All bits of both, as long as the longer. */
export function unite(a: Uint8Array, b: Uint8Array): Uint8Array {
  const [long, short] = a.length >= b.length ? [a, b] : [b, a]
  const united = long.slice()
  for (let i = 0; i < short.length; i++) united[i] = (united[i] as number) | (short[i] as number)
  return united
}

/**
 * The bits to keep after `next` replaces `previous`. `trusted` tells whether a status key is still
 * in trust. Bits that `next` publishes itself aren't kept twice; entries not named since
 * `forgetBeforeMs` go, their passes are long past. An untouched entry is the same object.
 */
export function keepBits(
  kept: readonly KeptBits[],
  previous: Published | undefined,
  next: Published | undefined,
  trusted: (signer: string) => boolean,
  nowMs: number,
  forgetBeforeMs: number,
): readonly KeptBits[] {
  let entries = kept.filter(entry => trusted(entry.signer))
  if (previous !== undefined && trusted(previous.signer)) {
    const { signer } = previous
    for (const [uri, { bytes }] of previous.lists) {
      if (published(next, uri, signer, bytes) || bytes.every(byte => byte === 0)) continue
      const old = entries.find(entry => entry.uri === uri && entry.signer === signer)
      if (old !== undefined && covers(old.bytes, bytes)) continue
      entries = entries.filter(entry => entry !== old)
      const all = old === undefined ? bytes : unite(old.bytes, bytes)
      entries.push({ uri, signer, seenAtMs: nowMs, bytes: all })
    }
  }
  return entries.filter(
    entry =>
      !published(next, entry.uri, entry.signer, entry.bytes) &&
      (entry.seenAtMs >= forgetBeforeMs || next?.lists.has(entry.uri) === true),
  )
}

/** Whether `next`, by the same signer, has all of these bits itself. */
function published(
  next: Published | undefined,
  uri: string,
  signer: string,
  bytes: Uint8Array,
): boolean {
  const now = next?.signer === signer ? next.lists.get(uri) : undefined
  return now !== undefined && (now.bytes === bytes || covers(now.bytes, bytes))
}

/** The revoked kids to keep. `known` tells whether trust still names an issuer key with a kid. */
export function keepKids(
  kept: readonly KeptKid[],
  previous: Published | undefined,
  next: Published | undefined,
  trusted: (signer: string) => boolean,
  known: (kid: string) => boolean,
): readonly KeptKid[] {
  const entries = [...kept]
  for (const kid of previous?.revokedKids ?? []) {
    const signer = (previous as Published).signer
    if (!entries.some(entry => entry.kid === kid && entry.signer === signer)) {
      entries.push({ kid, signer })
    }
  }
  return entries.filter(
    ({ kid, signer }) =>
      trusted(signer) && known(kid) && !(next?.signer === signer && next.revokedKids.has(kid)),
  )
}

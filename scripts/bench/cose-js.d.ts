/** What the benchmark uses of cose-js, which brings no types. */
declare module 'cose-js' {
  const cose: {
    readonly sign: {
      verifySync(bytes: Buffer, verifier: { readonly key: { x: Buffer; y: Buffer } }): Buffer
    }
  }
  export default cose
}

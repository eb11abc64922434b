/** Text made harmless in HTML and XML. Pure. */

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** For text and for attributes in double quotes. What XML 1.0 may not hold (§2.2) becomes U+FFFD. */
export const escaped = (text: string): string =>
  text
    .replace(/[&<>"]/g, mark => ESCAPES[mark] ?? mark)
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '\ufffd')

/** The pass as it is printed: seen on paper alone, in the size that was chosen. */
import { useMemo } from 'preact/hooks'
import { language } from '../../shared/language.ts'
import { drawQr } from '../../shared/qr-code.ts'
import { clockTime } from '../../shared/shown-time.ts'
import type { Desk } from '../desk.ts'
import type { Paper } from '../screens.ts'
import { TEXTS, type TextKey } from '../texts.ts'

export function PaperSheet({ desk }: { readonly desk: Desk }) {
  const act = desk.act.value
  if (act?.is !== 'printed') return null
  return <Sheet desk={desk} paper={act.paper} />
}

/** In both languages, since nobody knows who will read it. */
const both = (key: TextKey) => `${TEXTS.zh[key]} ${TEXTS.en[key]}`

function Sheet({ desk, paper }: { readonly desk: Desk; readonly paper: Paper }) {
  const { side, path } = useMemo(() => drawQr(paper.code), [paper.code])
  const until = clockTime(paper.passExpiresAt, 0, language.value)
  return (
    <section class={`sheet ${desk.paperSize.value}`} aria-hidden="true">
      <h1>{both('sheet.title')}</h1>
      <svg viewBox={`0 0 ${side} ${side}`} shape-rendering="crispEdges" aria-hidden="true">
        <path d={path} />
      </svg>
      <dl>
        <dt>{both('sheet.name')}</dt>
        <dd>{paper.name}</dd>
        <dt>{both('sheet.number')}</dt>
        <dd>{paper.number}</dd>
        <dt>{both('sheet.until')}</dt>
        <dd>{until}</dd>
      </dl>
      <p>{TEXTS.zh['sheet.note']}</p>
      <p>{TEXTS.en['sheet.note']}</p>
    </section>
  )
}

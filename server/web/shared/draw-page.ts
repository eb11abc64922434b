/** How each page is drawn for the first time. */
import { type ComponentChild, render } from 'preact'
import { forgetOldTrees } from './old-trees.ts'

/** In place of what its `index.html` shows until then. Once a page. */
export function drawPage(app: ComponentChild): void {
  const root = document.getElementById('page') as HTMLElement
  root.replaceChildren()
  forgetOldTrees()
  render(app, root)
}

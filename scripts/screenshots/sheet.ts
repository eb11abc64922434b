/** The contact sheet: a page with every state in every look, and one picture for each look. */
import { join } from 'node:path'
import sharp from 'sharp'
import { type Look, pictureName } from './shoot.ts'

const COLUMNS = { phone: 10, desktop: 6 } as const
const GAP = 12
const LABEL = 22

/** HTML; writes a picture for each look beside the states' own. */
export async function sheetOf(
  folder: string,
  states: readonly string[],
  looks: readonly Look[],
): Promise<string> {
  const parts: string[] = []
  for (const look of looks) {
    await drawLook(folder, states, look)
    const pictures = states.map(
      state =>
        `<figure><img src="${pictureName(state, look.name)}" alt="" loading="lazy"><figcaption>${state}</figcaption></figure>`,
    )
    parts.push(`<h2>${look.name}</h2><div class="${sizeOf(look)}">${pictures.join('')}</div>`)
  }
  return `<!doctype html><meta charset="utf-8"><title>Every state of the pages</title>
<style>body { font: 14px system-ui; background: #777; color: #fff } div { display: flex; flex-wrap: wrap; gap: 16px }
figure { margin: 0 } .phone img { width: 260px } .desktop img { width: 520px }</style>
${parts.join('\n')}
`
}

const sizeOf = ({ name }: Look) => (name.startsWith('phone') ? 'phone' : 'desktop')

async function drawLook(folder: string, states: readonly string[], look: Look): Promise<void> {
  const columns = Math.min(states.length, COLUMNS[sizeOf(look)])
  const width = Math.round(look.width / 2)
  const height = Math.round(look.height / 2)
  const rows = Math.ceil(states.length / columns)
  const tiles = await Promise.all(
    states.map(async (state, i) => {
      const left = GAP + (i % columns) * (width + GAP)
      const top = GAP + Math.floor(i / columns) * (height + LABEL + GAP)
      const file = join(folder, pictureName(state, look.name))
      const label = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${LABEL}"><text x="0" y="15" font-family="sans-serif" font-size="12" fill="#fff">${state.replaceAll('&', '&amp;')}</text></svg>`
      return [
        { input: await sharp(file).resize(width, height).toBuffer(), left, top },
        { input: Buffer.from(label), left, top: top + height },
      ]
    }),
  )
  await sharp({
    create: {
      width: GAP + columns * (width + GAP),
      height: GAP + rows * (height + LABEL + GAP),
      channels: 3,
      background: '#777777',
    },
  })
    .composite(tiles.flat())
    .png()
    .toFile(join(folder, `sheet.${look.name}.png`))
}

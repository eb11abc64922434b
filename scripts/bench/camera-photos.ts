/** Forty photos of codes by people (fixtures/camera-photos). */
import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { decodeLuma } from '../../hardware/drivers/camera/picture-luma.ts'
import { contestFigures, openContest } from './camera-contenders.ts'
import type { Figure } from './figure.ts'

const FOLDER = new URL('../../fixtures/camera-photos/', import.meta.url)
/** 37 of 40. */
const GOAL = '≥ 0.925'

export async function benchPhotos(): Promise<Figure[]> {
  const expected = JSON.parse(await readFile(new URL('expected.json', FOLDER), 'utf8'))
  const contest = await openContest()
  for (const [name, text] of Object.entries(expected as Record<string, string>)) {
    const picture = await decodeLuma(sharp(await readFile(new URL(name, FOLDER))))
    contest.show(picture, found => found.replaceAll('\r\n', '\n').trim() === text)
  }
  return contestFigures('camera', 'photos', contest, { rate: GOAL })
}

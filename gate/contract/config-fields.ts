/** Fields that several parts of a gate's config have. */
import { z } from 'zod'

export const name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/)
  .describe('1–32 letters, digits, dot, underscore or hyphen')

/** Milliseconds, whole. */
export const ms = (min: number, max: number, fallback: number, what: string) =>
  z.int().min(min).max(max).default(fallback).describe(`${what}, milliseconds`)

import { COLUMNS, METADATA_FIELDS } from '../schemas/columns.ts'
import { membersOf } from '../schemas/json_text.ts'
import type { SourceFrame, SourceThumbnail, SourceVersion, Unreadable } from './source.ts'

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOr = <T>(value: unknown, otherwise: T): string | T => (typeof value === 'string' ? value : otherwise)
const numberOr = <T>(value: unknown, otherwise: T): number | T => (typeof value === 'number' ? value : otherwise)

/**
 * A frame out of what a list, or a detail, of an archive has of it. Releases of the reference before
 * its version 2 know the columns by FITS keywords alone.
 */
export function readFrame(value: unknown): SourceFrame | Unreadable {
  const frame = isObject(value) ? value : {}
  const { basename } = frame
  const id = Number.isSafeInteger(frame.id) ? (frame.id as number) : null
  const unreadable = (reason: string): Unreadable => ({ id, basename: textOr(basename, null), reason })
  if (id === null) return unreadable('the source gives it without an id')
  if (typeof basename !== 'string' || basename === '') return unreadable('the source gives it without a basename')
  const columns: Json = { area: frame.area ?? null }
  for (const [name, { keyword }] of Object.entries(COLUMNS)) {
    const found = Object.hasOwn(frame, name) ? name : keyword
    if (Object.hasOwn(frame, found)) columns[name] = frame[found]
  }
  // without it nobody knows who may see the frame
  if (!('public_date' in columns)) return unreadable('the source does not say from when on it is public')
  if (!Array.isArray(frame.version_set)) return unreadable('the source gives it without its versions')
  const versions: SourceVersion[] = []
  for (const version of frame.version_set) {
    const read = readVersion(version)
    if (!read) return unreadable('the source gives a version of it without key, MD5 or extension')
    versions.push(read)
  }
  const related = Array.isArray(frame.related_frames) ? frame.related_frames.filter(Number.isSafeInteger) : []
  const thumbnails = Array.isArray(frame.thumbnails) ? frame.thumbnails.flatMap(readThumbnail) : []
  return { id, basename, columns, versions, thumbnails, related }
}

function readVersion(value: unknown): SourceVersion | null {
  const { id, key, md5, extension, created, size, crc32, url } = isObject(value) ? value : {}
  if (typeof key !== 'string' || typeof md5 !== 'string' || typeof extension !== 'string') return null
  return {
    id: numberOr(id, 0),
    key,
    md5,
    extension,
    created: textOr(created, ''),
    size: numberOr(size, null),
    crc32: numberOr(crc32, null),
    url: textOr(url, '') || null,
  }
}

/** A thumbnail of a list, or nested in its frame; none where it is no thumbnail. */
export function readThumbnail(value: unknown): SourceThumbnail[] {
  const { basename, size, extension, key, url } = isObject(value) ? value : {}
  if (![basename, size, extension, key].every((member) => typeof member === 'string')) return []
  return [{ basename, size, extension, key, url: textOr(url, '') || null } as SourceThumbnail]
}

/** Names of the columns, area included, of which two frames do not say the same. */
export const differingColumns = (one: Json, other: Json): string[] =>
  METADATA_FIELDS.filter((name) => name in one && canonical(name, one[name]) !== canonical(name, other[name]))

const TIMES = new Set(['observation_date', 'public_date'])

/** A value as a text that is the same for the same value, however it was written. */
function canonical(name: string, value: unknown): string {
  if (value === undefined || value === null) return 'null'
  return JSON.stringify(TIMES.has(name) && typeof value === 'string' ? canonicalTime(value) : value)
}

/** A time without the zeros at its end: `…05.678000Z` and `…05.678Z` are the same. */
export const canonicalTime = (text: string): string =>
  text
    .replace(/(\.\d*?)0*(Z|\+00:00)?$/, (_, fraction: string) => `${fraction === '.' ? '' : fraction}`)
    .replace(/Z$/, '')

/** Whether the texts of two JSON objects say the same, whatever the order of their members. */
export const sameHeaders = (one: string, other: string): boolean =>
  one === other || differingHeaders(one, other).length === 0

/** Names of the members of which two JSON objects do not say the same. */
export function differingHeaders(one: string, other: string): string[] {
  const [ours, theirs] = [new Map(membersOf(one)), new Map(membersOf(other))]
  const names = new Set([...ours.keys(), ...theirs.keys()])
  return [...names].filter((name) => !isSameJson(ours.get(name), theirs.get(name)))
}

/** Digits that any two different numbers of doubles differ in. */
const EXACT = 15

function isSameJson(one: string | undefined, other: string | undefined): boolean {
  if (one === undefined || other === undefined) return false
  if (one.trim() === other.trim()) return true
  const [a, b] = [JSON.parse(one), JSON.parse(other)]
  if (typeof a !== 'number' || typeof b !== 'number') return JSON.stringify(a) === JSON.stringify(b)
  // as a double a number of more digits may be the same as another
  return a === b && [one, other].every((text) => text.replace(/e.*|\D/gi, '').length <= EXACT)
}

import { inferredLevel } from '../../files/store/paths.ts'
import type { HeaderDict } from '../../fits/header/dictionary.ts'
import { BadFile, type Rules } from './description.ts'
import type { Traits } from './file_classes.ts'
import { splitName } from './file_name.ts'
import { areSet, isGiven, textOf } from './header_values.ts'

/**
 * Puts the headers right as their class wants it, in place.
 * @throws BadFile where it cannot be done
 */
export function repair(
  headers: HeaderDict,
  { basename, extension }: { basename: string; extension: string },
  repairs: Traits['repairs'],
  rules: Rules,
): void {
  for (const kind of repairs)
    switch (kind) {
      case 'blacklist':
        for (const key of ['', ...rules.headerBlacklist]) headers.delete(key)
        break
      case 'nulls':
        emptyNulls(headers, rules)
        break
      case 'related':
        shortenRelated(headers, rules)
        break
      case 'observatory':
        repairCatalogue(headers, basename, rules)
        repairType(headers, basename, rules)
        repairLevel(headers, basename, extension, rules)
    }
}

/**
 * Words that stand for nothing (`N/A`) become empty; for identifiers they become null, as does
 * NONE.
 */
function emptyNulls(headers: HeaderDict, { nullHeaderValues, headerKeys }: Rules): void {
  const { requestId, requestgroupId, observationId, configurationId } = headerKeys
  const identifiers = [requestId, requestgroupId, observationId, configurationId]
  for (const [key, value] of headers) {
    const isNull = typeof value === 'string' && nullHeaderValues.includes(value)
    if (!identifiers.includes(key)) {
      if (isNull) headers.set(key, '')
    } else if (isNull || (typeof value === 'string' && value.toUpperCase().includes('NONE'))) headers.set(key, null)
  }
}

/** The archive knows related frames by their basenames. */
function shortenRelated(headers: HeaderDict, { headerKeys }: Rules): void {
  for (const key of headerKeys.relatedFrames) {
    const name = headers.get(key)
    if (typeof name !== 'string' || name === 'N/A') continue
    const { basename, extension } = splitName(name.slice(name.lastIndexOf('/') + 1))
    if (extension) headers.set(key, basename)
  }
}

/**
 * A catalogue belongs to the image whose name it has, and is of the type CATALOG even where the
 * pipeline says EXPOSE.
 */
function repairCatalogue(headers: HeaderDict, basename: string, { headerKeys }: Rules): void {
  if (!basename.includes('_cat')) return
  const { catalogTargetFrame, configurationType } = headerKeys
  if (!isGiven(headers.get(catalogTargetFrame))) headers.set(catalogTargetFrame, basename.replaceAll('_cat', ''))
  headers.set(configurationType, 'CATALOG')
}

function repairType(headers: HeaderDict, basename: string, { headerKeys }: Rules): void {
  const { configurationType, telescopeId } = headerKeys
  const given = headers.get(configurationType)
  if (isGiven(given) && textOf(given).trim() !== 'UNKNOWN') return
  const isNres = [headers.get('ENCID'), headers.get(telescopeId)].some((value) => textOf(value).includes('igl'))
  const type = typeOfName(basename.split('-'), isNres)
  if (type === undefined)
    throw new BadFile(
      `${configurationType} is UNKNOWN and could not be inferred. Please manually correct it: names it can be inferred from are like cpt1m010-kb70-20151219-0073-e10`,
      configurationType,
    )
  headers.set(configurationType, type)
}

const TYPES: Readonly<Record<string, string>> = {
  b: 'BIAS',
  d: 'DARK',
  f: 'SKYFLAT',
  g: 'GUIDE',
  s: 'STANDARD',
  w: 'LAMPFLAT',
  x: 'EXPERIMENTAL',
}
const BY_FIRST_PART: Readonly<Record<string, string>> = { trace: 'TRACE', arc: 'ARC' }
const BY_FOURTH_PART: Readonly<Record<string, string>> = { bias: 'BIAS', bpm: 'BPM' }

/** What the observatory's names say, by their dash-separated parts; undefined: nothing. */
function typeOfName([first = '', instrument = '', , fourth = '', kind = '']: string[], isNres: boolean) {
  const letter = kind.charAt(0)
  if (letter === '') return undefined
  if (Object.hasOwn(BY_FIRST_PART, first)) return BY_FIRST_PART[first]
  if (Object.hasOwn(BY_FOURTH_PART, fourth)) return BY_FOURTH_PART[fourth]
  if (letter === 'e') return isNres ? 'TARGET' : instrument.includes('en') ? 'SPECTRUM' : 'EXPOSE'
  if (letter === 'a') return isNres ? 'DOUBLE' : 'ARC'
  return Object.hasOwn(TYPES, letter) ? TYPES[letter] : undefined
}

function repairLevel(headers: HeaderDict, basename: string, extension: string, { headerKeys }: Rules): void {
  if (areSet(headers, [headerKeys.reductionLevel])) return
  headers.set(headerKeys.reductionLevel, inferredLevel(basename, extension))
}

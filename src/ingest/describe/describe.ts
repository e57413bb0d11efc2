import type { FileClass } from '../../config/file_classes.ts'
import { verifyChecksums } from '../../fits/checksum.ts'
import type { Source } from '../../fits/source.ts'
import type { Description, IngestFile, Metadata, ProposalTags, Rules } from './description.ts'
import { classOf, TRAITS, type Traits } from './file_classes.ts'
import { splitName } from './file_name.ts'
import { isGiven, textOf } from './header_values.ts'
import { type Found, fitsHeaders, metadataHeaders, withRoom } from './headers.ts'
import { dayOf, observationDateOf, publicDate } from './public_date.ts'
import { recordOf } from './record.ts'
import { repair } from './repairs.ts'
import { storePathOf } from './store_path.ts'
import { readMember } from './tar.ts'

/**
 * The description of a file, as the reference's file library makes it, from its name, its headers
 * and what is given beside it. The day and the public date come from the headers as they are in the
 * file; only then are those repaired.
 * @param room is waited for, once or more often, before the rest of unusually long headers is taken
 * into memory
 * @throws BadFile where it cannot go in; Unavailable where the portal cannot say its proposal's
 * tags; errors of reading as they are
 */
export async function describe(
  file: IngestFile,
  metadata: Metadata | undefined,
  rules: Rules,
  tags: ProposalTags,
  room: () => Promise<void> = async () => {},
): Promise<Description> {
  const name = splitName(file.filename)
  const fileClass = classOf(name.extension, rules.classOverrides)
  const traits = TRAITS[fileClass]
  const { headers, images, warnings } = await headersOf(file, metadata, traits, fileClass, rules, room)
  const keys = rules.headerKeys

  if (!isGiven(headers.get(keys.observationDay)))
    headers.set(keys.observationDay, dayOf(observationDateOf(headers, rules)))
  const wasGiven = isGiven(headers.get(keys.publicDate))
  if (!wasGiven) {
    const proposal = textOf(headers.get(keys.proposalId))
    const date = publicDate(headers, name.basename, rules, proposal ? await tags(proposal) : [])
    headers.set(keys.publicDate, date.value)
    warnings.push(...date.warnings)
  }
  repair(headers, name, traits.repairs, rules)
  const nulls = traits.repairs.filter((kind) => kind === 'nulls')
  for (const image of images) repair(image, name, nulls, rules)

  const { record, warnings: more } = recordOf(headers, name.basename, rules, images)
  return {
    class: fileClass,
    path: storePathOf(record, name.extension, fileClass, keys, rules.classOverrides),
    contentType: traits.contentType(name.extension),
    ...name,
    record,
    warnings: [...warnings, ...more],
  }
}

/** The name of the FITS member that describes its tar. */
const WANTED: Partial<Record<FileClass, RegExp>> = { LcoTarWithFitsFile: /e(00|90|91)\.fits/i }
const ANY_FITS = /\.fits/i

async function headersOf(
  file: IngestFile,
  metadata: Metadata | undefined,
  { reads, requires }: Traits,
  fileClass: FileClass,
  rules: Rules,
  room: () => Promise<void>,
): Promise<Found> {
  const required = requires === 'thumbnail' ? rules.requiredThumbnailMetadata : rules.requiredHeaders
  if (reads === 'metadata') return metadataHeaders(metadata, required)
  const read = (source: Source) => fitsHeaders(withRoom(source, room), metadata, required)
  if (reads === 'tar') {
    const wanted = WANTED[fileClass] ?? ANY_FITS
    return readMember(file.stream(), ({ name }) => wanted.test(name), read)
  }
  const source = await file.open()
  try {
    const found = await read(source)
    return { ...found, warnings: [...found.warnings, ...(await verifyChecksums(source))] }
  } finally {
    await source.cancel?.()
  }
}

import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manifest, safeName, uniqueNames } from '../../../src/files/zip/manifest.ts'

/** mod_zip's reading of a manifest, written from its rules: a line `CRC SIZE LOCATION NAME`, the name being all that is left. */
function parse(text: string) {
  expect(text.endsWith('\n')).toBe(true)
  return text
    .slice(0, -1)
    .split('\n')
    .map((line) => {
      const [, crc, size, location, name] = /^([0-9a-f]{8}|-) (\d+) (\/[^ ]*) (.+)$/s.exec(line)!
      return {
        crc32: crc === '-' ? null : Number.parseInt(crc!, 16),
        size: Number(size),
        location: location!,
        name: name!,
      }
    })
}

/** Names that a client may have chosen: paths, climbing, line ends, NUL, backslashes, blanks, anything of Unicode. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(fc.constantFrom('/', '..', '.', '\\', '\n', '\r', '\0', ' ', '%', '?', '+', 'ä', '☄', 'a', '-'), {
      maxLength: 20,
    })
    .map((p) => p.join('')),
)

test('whatever a name holds, every entry is one line, inside the folder, under a name of its own', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({ name: hostile, size: fc.nat(), crc32: fc.option(fc.integer({ min: 0, max: 0xffffffff })) }),
        { minLength: 1, maxLength: 30 },
      ),
      (files) => {
        const names = uniqueNames(files.map((f) => safeName(f.name))).map((name) => `folder/${name}`)
        const entries = files.map(({ size, crc32 }, i) => ({
          size,
          crc32,
          location: `/zip-files/${i}`,
          name: names[i]!,
        }))
        expect(parse(manifest(entries))).toEqual(entries)
        expect(new Set(names).size).toBe(names.length)
        for (const name of names) {
          const parts = name.split('/')
          expect(parts[0]).toBe('folder')
          expect(parts.length).toBeGreaterThan(1)
          expect(parts.some((part) => part === '' || part === '.' || part === '..' || part.includes('\\'))).toBe(false)
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('a name without anything left is still a name; equal names are told apart before their extension', () => {
  expect(uniqueNames(['a.fits.fz', 'a.fits.fz', 'a', 'a', safeName('../../..'), safeName('\n')])).toEqual([
    'a.fits.fz',
    'a-2.fits.fz',
    'a',
    'a-2',
    'file',
    'file-2',
  ])
})

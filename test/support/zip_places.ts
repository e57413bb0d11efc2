/**
 * Where a ZIP of stored entries can be cut: a byte inside of each kind of its records and on their
 * borders, read from the ZIP itself.
 */
export function placesIn(zip: Buffer): { place: string; at: number }[] {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'))
  const count = zip.readUInt16LE(end + 10)
  let entry = zip.readUInt32LE(end + 16)
  const places: { place: string; at: number }[] = []
  const add = (place: string, at: number) => void places.push({ place, at })
  for (let i = 1; i <= count; i++) {
    const [flags, size] = [zip.readUInt16LE(entry + 8), zip.readUInt32LE(entry + 20)]
    const [nameLength, extraLength, offset] = [28, 30, 42].map((at) =>
      at === 42 ? zip.readUInt32LE(entry + at) : zip.readUInt16LE(entry + at),
    ) as [number, number, number]
    const content = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28)
    if (offset > 0) add(`before header ${i}`, offset)
    add(`in header ${i}`, offset + 14)
    add(`in name ${i}`, offset + 33)
    add(`before content ${i}`, content)
    add(`in content ${i}`, content + Math.floor(size / 2))
    add(`after content ${i}`, content + size)
    if (flags & 8) add(`in descriptor ${i}`, content + size + 6)
    add(`before directory entry ${i}`, entry)
    add(`in directory entry ${i}`, entry + 18)
    entry += 46 + nameLength + extraLength
  }
  add('before the end', end)
  add('in the end', zip.length - 1)
  return places
}

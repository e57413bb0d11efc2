/** What a terminal would obey or hide instead of showing it: control characters, line separators, marks that turn the direction of writing. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

/** Text from a file's name, its headers or another server, safe to be shown on a line of a terminal: `\x1b`, `\u202e`. */
export const visible = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })

/** What a terminal would obey or hide: control characters, line separators, direction marks. */
const UNSEEN = /[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu

/**
 * Foreign text (file names, headers, other servers' messages) made safe to print on one line of a
 * terminal, by escapes such as `\\x1b` and `\\u202e`.
 */
export const escapeForTerminal = (text: string): string =>
  text.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0)!.toString(16)
    return code.length > 2 ? `\\u${code.padStart(4, '0')}` : `\\x${code.padStart(2, '0')}`
  })

import { expect, test } from 'vitest'
import { escapeForTerminal } from '../../../src/runtimes/node/escape_for_terminal.ts'

test('what a terminal would obey is shown, all else is as it was', () => {
  expect(escapeForTerminal('a\x1b[2J\n\x07\x9b31m\u202egnp.exe')).toBe('a\\x1b[2J\\x0a\\x07\\x9b31m\\u202egnp.exe')
  expect(escapeForTerminal("ESO 338-IG04 'ünïcode' 星 👩‍🚀\\")).toBe("ESO 338-IG04 'ünïcode' 星 👩‍🚀\\")
})

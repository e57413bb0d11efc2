import { expect, test } from 'vitest'
import { visible } from '../../../src/runtimes/node/visible.ts'

test('what a terminal would obey is shown, all else is as it was', () => {
  expect(visible('a\x1b[2J\n\x07\x9b31m\u202egnp.exe')).toBe('a\\x1b[2J\\x0a\\x07\\x9b31m\\u202egnp.exe')
  expect(visible("ESO 338-IG04 'ünïcode' 星 👩‍🚀\\")).toBe("ESO 338-IG04 'ünïcode' 星 👩‍🚀\\")
})

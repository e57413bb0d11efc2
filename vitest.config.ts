import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests of behaviour run on both kinds of database; the others need none, or start what they need themselves.
const behaviour = ['test/routes/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/events/**/*.test.ts']
const hasPostgres = process.env.CI === 'true' || process.env.PLATESTACK_TEST_POSTGRES_URL !== undefined || existsSync('/usr/lib/postgresql')
if (!hasPostgres) console.warn('PostgreSQL is not installed: the tests run on the embedded database alone')

// The documentation pages are opened in a real browser.
const browser = ['test/runtime/browser.test.ts']
const hasBrowser = process.env.CI === 'true' || existsSync('/usr/bin/chromium')
if (!hasBrowser) console.warn('Chromium is not installed: the documentation pages are not tried in a browser')

const common = { globalSetup: ['test/support/setup.ts'], testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 2 }

export default defineConfig({
  test: {
    projects: [
      { test: { ...common, name: 'embedded', include: behaviour } },
      ...(hasPostgres ? [{ test: { ...common, name: 'postgres', include: behaviour } }] : []),
      { test: { ...common, name: 'unit', include: ['test/**/*.test.ts'], exclude: hasBrowser ? behaviour : [...behaviour, ...browser] } },
    ],
  },
})

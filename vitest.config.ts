import { existsSync } from 'node:fs'
import { defineConfig } from 'vitest/config'
import { DRIVER, mendPostgres } from './src/cli/mend_postgres.mjs'

// Tests of behaviour run on both kinds of database; the others need none, or start what they need themselves.
const behaviour = ['test/routes/**/*.test.ts', 'test/contract/**/*.test.ts', 'test/events/**/*.test.ts']
const hasPostgres = process.env.CI === 'true' || process.env.PLATESTACK_TEST_POSTGRES_URL !== undefined || existsSync('/usr/lib/postgresql')
if (!hasPostgres) console.warn('PostgreSQL is not installed: the tests run on the embedded database alone')

// The documentation pages are opened in a real browser.
const browser = ['test/runtime/browser.test.ts']
const hasBrowser = process.env.CI === 'true' || existsSync('/usr/bin/chromium')
if (!hasBrowser) console.warn('Chromium is not installed: the documentation pages are not tried in a browser')

/** The driver as the build bundles it. */
const mendedDriver = {
  name: 'mended driver',
  transform: (text: string, id: string) => (DRIVER.test(id) ? mendPostgres(text) : undefined),
}
const common = { server: { deps: { inline: ['postgres'] } }, globalSetup: ['test/support/setup.ts'], testTimeout: 60_000, hookTimeout: 120_000, maxWorkers: 2 }

export default defineConfig({
  test: {
    projects: [
      { plugins: [mendedDriver], test: { ...common, name: 'embedded', include: behaviour } },
      ...(hasPostgres ? [{ plugins: [mendedDriver], test: { ...common, name: 'postgres', include: behaviour } }] : []),
      { plugins: [mendedDriver], test: { ...common, name: 'unit', include: ['test/**/*.test.ts'], exclude: hasBrowser ? behaviour : [...behaviour, ...browser] } },
    ],
  },
})

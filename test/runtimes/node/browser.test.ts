import { type Browser, chromium, type Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { hashPassword } from '../../../src/auth/passwords.ts'
import { addSuperuser } from '../../../src/queries/users/save.ts'
import { type Listening, listen } from '../../../src/runtimes/node/listen.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { operationIds } from '../../support/openapi.ts'

const PASSWORD = 'speak friend & enter'
const OPTIONS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
]

let archive: TestArchive
let listening: Listening
let browser: Browser
let base: string
beforeAll(async () => {
  archive = await testArchive({ NAVBAR_TITLE_TEXT: 'Kuiper Archive', PORT: '0' })
  const { services } = archive
  await addSuperuser(services.writer, 'frodo', await hashPassword(PASSWORD), '')
  listening = await listen({ ...services, close: async () => {} })
  base = `http://127.0.0.1:${listening.port}`
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: OPTIONS })
})
afterAll(async () => {
  await browser?.close()
  await listening?.stop()
  await archive?.close()
})

let page: Page
/** What the page asked of other hosts, and what went wrong in it. */
let noted: { elsewhere: string[]; errors: string[] }
beforeEach(async () => {
  noted = { elsewhere: [], errors: [] }
  page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage()
  page.on('request', (request) => {
    // what a page makes itself (a worker, a picture in its style sheet) is fetched from nobody
    if (!/^(blob:|data:)/.test(request.url()) && new URL(request.url()).origin !== base)
      noted.elsewhere.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') noted.errors.push(message.text())
  })
  page.on('pageerror', (error) => noted.errors.push(String(error)))
})
afterEach(async () => {
  await page.context().close()
  expect(noted).toEqual({ elsewhere: [], errors: [] })
})

test('/docs/ shows every operation', async () => {
  await page.goto(`${base}/docs/`)
  await page.waitForSelector('.opblock')
  expect(await page.title()).toBe('API · Kuiper Archive')
  expect(await page.locator('.opblock').count()).toBe(operationIds.length)
})

test('/docs/ opens at the operation that its address names', async () => {
  await page.goto(`${base}/docs/#/frames/framesList`)
  await page.waitForSelector('.opblock.is-open')
  expect(await page.locator('.opblock.is-open .opblock-summary-path').textContent()).toMatch(/\/frames\/$/)
  expect(await page.locator('.opblock.is-open [placeholder="limit"]').inputValue()).toBe('')
})

test('/redoc/ shows every operation, and finds them', async () => {
  await page.goto(`${base}/redoc/`)
  await page.waitForSelector('#operation\\/framesList, [id$="operation/framesList"]')
  const shown = await page
    .locator('[data-section-id*="operation/"]')
    .evaluateAll((all) => all.map((e) => e.getAttribute('data-section-id')))
  const ids = new Set(shown.map((id) => id?.split('operation/')[1]))
  expect(operationIds.filter((id) => !ids.has(id))).toEqual([])
  await page.getByPlaceholder('Search...').fill('thumbnail')
  await page.locator('[data-role="search:results"]').getByText('List thumbnails').waitFor()
})

/** Sends the request of the operation that is open; gives the body that is shown. */
async function execute(): Promise<string> {
  await page.waitForSelector('.opblock.is-open')
  await page.locator('.opblock.is-open .execute').click()
  return page.locator('.live-responses-table .response-col_description .microlight').first().textContent().then(String)
}

test('logging in and out works, and requests from /docs/ are made as the one who is signed in', async () => {
  await page.goto(`${base}/docs/`)
  await page.getByRole('link', { name: 'Log in' }).click()
  await page.getByLabel('User name').fill('frodo')
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.waitForURL(`${base}/docs/`)
  expect(await page.locator('.who').textContent()).toMatch(/^\s*Signed in as frodo\s/)

  await page.goto(`${base}/docs/#/authentication/authProfile`)
  await page.reload()
  expect(JSON.parse(await execute())).toMatchObject({ username: 'frodo', is_staff: true })

  // what writes has to come from the archive's own page: this one does
  await page.goto(`${base}/docs/#/authentication/authRevoke`)
  await page.reload()
  expect(JSON.parse(await execute())).toEqual({ message: 'API token revoked.' })

  await page.locator('.who').getByRole('button', { name: 'Log out' }).click()
  await page.getByRole('heading', { name: 'Logged out' }).waitFor()
  await page.goto(`${base}/docs/`)
  expect(await page.locator('.who').textContent()).toBe('Log in')
})

test.each(['Token ', ''])('Authorize takes a token with %j before it', async (scheme) => {
  await page.goto(`${base}/docs/#/authentication/authProfile`)
  await page.waitForSelector('.opblock.is-open')
  await page.locator('.auth-wrapper .authorize').first().click()
  await page.locator('.auth-container', { hasText: 'Token KEY' }).getByRole('textbox').fill(`${scheme}${archive.root}`)
  await page
    .locator('.auth-container', { hasText: 'Token KEY' })
    .getByRole('button', { name: 'Apply credentials' })
    .click()
  await page.locator('.close-modal').click()
  expect(JSON.parse(await execute())).toMatchObject({ username: 'root' })
})

test('/ is a page for browsers, from which the documentation is reached', async () => {
  await page.goto(base)
  expect(await page.locator('h1').textContent()).toBe('Kuiper Archive')
  await page.locator('main').getByRole('link', { name: 'Reference' }).click()
  await page.waitForURL(`${base}/redoc/`)
  await page.waitForSelector('[data-section-id]')
})

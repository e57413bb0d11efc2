// Makes dist/assets, which the documentation pages load, from src/pages/assets and the packages
// Swagger UI and Redoc: an archive is often offline.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const { resolve } = createRequire(import.meta.url)
const own = fileURLToPath(new URL('../src/pages/assets/', import.meta.url))

/** Redoc's only picture that comes from another host. */
const LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg'
const BLANK = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'/>"
/** Names maps that are not served: browsers' tools would ask for them. */
const SOURCE_MAP = /^\/\/# sourceMappingURL=.*$/gm

export function copyAssets(target) {
  mkdirSync(target, { recursive: true })
  for (const name of readdirSync(own)) copyFileSync(join(own, name), join(target, name))
  const put = (from, name, change = (text) => text) =>
    writeFileSync(join(target, name), change(readFileSync(resolve(from), 'utf8').replace(SOURCE_MAP, '')))

  put('swagger-ui-dist/swagger-ui.css', 'swagger-ui.css')
  put('swagger-ui-dist/swagger-ui-bundle.js', 'swagger-ui-bundle.js')
  put('swagger-ui-dist/LICENSE', 'swagger-ui.license.txt')
  put('swagger-ui-dist/NOTICE', 'swagger-ui.notice.txt')
  put('swagger-ui-dist/swagger-ui-bundle.js.LICENSE.txt', 'swagger-ui-bundle.js.license.txt')
  put('redoc/bundles/redoc.standalone.js', 'redoc.standalone.js', (text) => {
    if (text.split(LOGO).length !== 2) throw new Error('Redoc loads its logo otherwise now: see scripts/assets.mjs')
    return text.replace(LOGO, BLANK)
  })
  put('redoc/LICENSE', 'redoc.license.txt')
  put('redoc/bundles/redoc.standalone.js.LICENSE.txt', 'redoc.standalone.js.license.txt')
}

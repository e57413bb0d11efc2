// node workerd.mjs WRANGLER_TOML: the Worker that a wrangler.toml describes, in workerd, until SIGTERM.
import { createRequire } from 'node:module'
import { dirname } from 'node:path'

const installed = createRequire(new URL('../runtimes/programs/package.json', import.meta.url))
const { Miniflare } = installed('miniflare')
const { unstable_getMiniflareWorkerOptions: read } = installed('wrangler')

const { workerOptions, main } = read(process.argv[2])
const modules = {
  modules: true,
  modulesRoot: dirname(main),
  modulesRules: [{ type: 'ESModule', include: ['**/*.js'] }],
}
const worker = { ...workerOptions, ...modules, name: 'archive', scriptPath: main }
const workerd = new Miniflare({ workers: [worker], host: '127.0.0.1', port: 0, cf: false })
const { origin } = await workerd.ready
process.once('SIGTERM', async () => {
  await workerd.dispose()
  process.exit(0)
})
console.log(`Ready on ${origin}`)

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository } from './data.ts'
import { freePort, untilOpen } from './ports.ts'

const binary = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'].find(existsSync)
/** Whether nginx is there; where everything must be tested, its absence is an error of its own. */
export const hasNginx = process.env.CI === 'true' || binary !== undefined
if (!hasNginx) console.warn('nginx is not installed (nginx-light): deploy/nginx.conf is not tested')

/** What the configuration is told of the place. */
export interface Place {
  /** Where the archive listens, or several do. */
  archive: number | readonly number[]
  /** Scheme and host for which the file URLs are signed. */
  s3?: string
  /** The directory of the local store; in place of S3. */
  files?: string
  /** The line for builds with mod_zip. */
  modZip?: boolean
  /** The lines for TLS: files of a certificate and its key, and the port that is left for http. */
  tls?: { certificate: string; key: string; httpPort: number }
  /** Seconds within which the archive has to answer. */
  readTimeout?: number
}

export interface TestNginx {
  url: string
  port: number
  /** What it wrote into its error log. */
  errors(): Promise<string>
  /** What it wrote into its log of requests. */
  requests(): Promise<string>
  stop(): Promise<void>
  /** Ends it and its workers as kill -9 does. */
  kill(): Promise<void>
  /** Starts it again. */
  start(): Promise<void>
}

/** Replaces what is there exactly `times` times: a change of the file that the tests do not follow is a failure of theirs. */
function swap(text: string, from: string | RegExp, to: string, times = 1): string {
  const parts = text.split(from)
  if (parts.length !== times + 1)
    throw new Error(`deploy/nginx.conf has ${from} ${parts.length - 1} times, not ${times}`)
  return parts.join(to)
}

const readConf = () => readFile(inRepository('deploy/nginx.conf'), 'utf8')

/** deploy/nginx.conf as an operator would edit it, with paths below `folder`. */
async function configuration(folder: string, port: number, place: Place): Promise<string> {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((kind) => `  ${kind}_temp_path ${folder}/${kind};\n`)
    .join('')
  let text = await readConf()
  text = swap(text, 'worker_processes auto;', 'worker_processes 1;')
  text = swap(text, '/run/nginx.pid', `${folder}/nginx.pid`)
  text = swap(text, '/var/log/nginx/', `${folder}/`, 2)
  text = swap(text, 'http {\n', `http {\n${temporary}`)
  if (place.tls) text = tlsVariant(text, port, place.tls)
  else text = swap(text, /^ {4}listen 80;\n {4}listen \[::\]:80;\n/m, `    listen 127.0.0.1:${port};\n`)
  const servers = [place.archive].flat().map((archive) => `server 127.0.0.1:${archive} max_fails=0;`)
  text = swap(text, 'server 127.0.0.1:8000 max_fails=0;', servers.join('\n    '))
  if (place.readTimeout) text = swap(text, 'proxy_read_timeout 120s;', `proxy_read_timeout ${place.readTimeout}s;`)
  if (place.s3) text = swap(text, 'proxy_pass http://127.0.0.1:7480', `proxy_pass ${place.s3}`, 2)
  if (place.modZip) text = swap(text, 'proxy_set_header X-Zip-Module "";\n    # with mod_zip, instead: ', '')
  if (place.files) text = localVariant(text, place.files)
  return text
}

/** The commented lines for TLS in place of those that listen for http. */
function tlsVariant(conf: string, port: number, { certificate, key, httpPort }: NonNullable<Place['tls']>): string {
  let text = swap(conf, /^ {4}listen 80;\n {4}listen \[::\]:80;\n/m, '')
  text = text.replace(/^ {4}# listen 443 ssl;\n(?: {4}# .*\n)+/m, (lines) => lines.replace(/^ {4}# /gm, '    '))
  text = text.replace(/^ {2}# server \{\n(?: {2}# .*\n)+/m, (lines) => lines.replace(/^ {2}# /gm, '  '))
  text = swap(text, 'listen 443 ssl;', `listen 127.0.0.1:${port} ssl;`)
  text = swap(text, /^ +listen \[::\]:(?:443 ssl|80);\n/m, '', 2)
  text = swap(text, 'listen 80;', `listen 127.0.0.1:${httpPort};`)
  return swap(swap(text, '/etc/ssl/archive/fullchain.pem', certificate), '/etc/ssl/archive/privkey.pem', key)
}

/** The commented location in place of the two of S3. */
function localVariant(text: string, files: string): string {
  const without = swap(text, /^ {4}location (?:= )?\/zip-(?:files\/|raw) \{\n.*?^ {4}\}\n/ms, '', 2)
  const [head, block] = without.split('# location /zip-files/ {') as [string, string]
  const active = `location /zip-files/ {${block.replace(/^( *)# /gm, '$1')}`
  return swap(head + active, '/data/files', files, 2)
}

/** nginx with deploy/nginx.conf, on a port of its own and with everything it writes in a temporary folder. */
export async function startNginx(place: Place, port?: number): Promise<TestNginx> {
  port ??= await freePort()
  const folder = await mkdtemp(join(tmpdir(), 'platestack-nginx-'))
  // its workers may be another user
  await chmod(folder, 0o755)
  const conf = join(folder, 'nginx.conf')
  await writeFile(conf, await configuration(folder, port, place))
  const start = () => run(folder, conf, ['-g', `daemon off;${process.getuid?.() === 0 ? ' user root;' : ''}`])
  let running = start()
  const stop = async () => {
    running.child.kill('SIGTERM')
    await running.ended
    await rm(folder, { recursive: true, force: true })
  }
  const untilReady = () =>
    untilOpen(port, running.child).catch(async (error: Error) => {
      await stop()
      throw new Error(`nginx: ${error.message}\n${running.stderr}`)
    })
  await untilReady()
  const read = (log: string) => () => readFile(join(folder, log), 'utf8')
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    errors: read('error.log'),
    requests: read('access.log'),
    stop,
    async kill() {
      // its workers would go on at its port
      process.kill(-running.child.pid!, 'SIGKILL')
      await running.ended
    },
    async start() {
      running = start()
      await untilReady()
    },
  }
}

/** What `nginx -t` says of the configuration. */
export async function checkNginx(place: Place): Promise<{ code: number | null; said: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'platestack-nginx-'))
  const conf = join(folder, 'nginx.conf')
  await writeFile(conf, await configuration(folder, await freePort(), place))
  const running = run(folder, conf, ['-t'])
  const code = await running.ended
  await rm(folder, { recursive: true, force: true })
  return { code, said: running.stderr }
}

/** A started nginx, what it says before it opens its log, and its end. */
function run(folder: string, conf: string, more: string[]) {
  const child = spawn(binary ?? 'nginx', ['-e', 'stderr', '-p', folder, '-c', conf, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  const running = { child, stderr: '', ended: once(child, 'close').then(([code]) => code as number | null) }
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    running.stderr += text
  })
  return running
}

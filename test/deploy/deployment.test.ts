import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, onTestFinished, test } from 'vitest'
import { parse } from 'yaml'
import { SECTIONS } from '../../src/config/variables.ts'
import { inRepository } from '../support/data.ts'
import { platestack } from '../support/program.ts'

// What lies in deploy/ names variables, files and commands of the archive: none of them may go stale.

interface Service {
  image: string
  environment?: Record<string, string>
  volumes?: string[]
  ports?: string[]
  command?: string[]
  mem_limit?: string
  security_opt?: string[]
}

const read = (path: string): string => readFileSync(inRepository(path), 'utf8')
const known = new Set([...Object.values(SECTIONS).flatMap((section) => Object.keys(section)), 'NODE_ENV'])
const unknown = (names: string[]) => names.filter((name) => !known.has(name))
/** NAME=VALUE lines, those in comments too. */
const named = (text: string): string[] => [...text.matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name!)

/** A text of compose.yaml with its defaults. */
function filled(text: string): string {
  const next = text.replace(/\$\{[A-Z0-9_]+(?::-([^${}]*)|:\?[^${}]*)?\}/g, (_, value = 'x') => value)
  return next === text ? text : filled(next)
}
const compose = parse(filled(read('deploy/compose.yaml')), { merge: true }) as {
  services: Record<string, Service>
  volumes: object
}
const services = Object.entries(compose.services)
const values = parse(read('deploy/helm/platestack/values.yaml')) as {
  env: Record<string, string>
  cronJobs: Record<string, { args: string[] }>
}
const program = JSON.parse(read('package.json')) as { version: string }

test('every variable is one that the archive knows', () => {
  const { archive, migrate, bucket } = compose.services
  for (const { environment } of [archive!, migrate!, bucket!]) expect(unknown(Object.keys(environment!))).toEqual([])
  expect(unknown(Object.keys(values.env))).toEqual([])
  const [, secrets] = /A Secret, .*? variables: ([A-Z0-9_, ]+)/.exec(read('deploy/helm/platestack/values.yaml'))!
  expect(
    unknown(
      secrets!
        .split(',')
        .map((name) => name.trim())
        .filter(Boolean),
    ),
  ).toEqual([])
  for (const unit of readdirSync(inRepository('deploy/systemd')))
    expect(unknown([...read(`deploy/systemd/${unit}`).matchAll(/^Environment=(\w+)/gm)].map(([, n]) => n!))).toEqual([])
  const [, image] = /^ENV (.*)$/m.exec(read('deploy/Dockerfile'))!
  expect(unknown(image!.split(' ').map((pair) => pair.split('=')[0]!))).toEqual([])
  expect(unknown(named(read('deploy/debian/platestack.env')))).toEqual([])
})

test('example.env has the variables of compose.yaml, and no password', () => {
  const asked = [...read('deploy/compose.yaml').matchAll(/(?<!\$)\$\{([A-Z0-9_]+)/g)].map(([, name]) => name!)
  const example = read('deploy/example.env')
  expect(new Set(named(example))).toEqual(new Set(asked))
  for (const name of asked.filter((one) => /PASSWORD|KEY/.test(one)))
    expect(example).toMatch(new RegExp(`^${name}=$`, 'm'))
})

test('compose.yaml publishes nginx, and Grafana on loopback; its images are pinned, its memory is limited', () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))
  expect(published).toEqual(['nginx 8080:8080', 'grafana 127.0.0.1:3000:3000'])
  for (const [name, service] of services) {
    if (service.image !== 'platestack') expect(service.image).toMatch(/:v?\d+[.-]\d[\w.-]*$/)
    expect(service.security_opt, name).toEqual(['no-new-privileges:true'])
    if (!['migrate', 'bucket'].includes(name)) expect(service.mem_limit, name).toMatch(/^\d+[mg]$/)
  }
})

test('what compose.yaml mounts is there', () => {
  const sources = services.flatMap(([, { volumes = [] }]) => volumes.map((mount) => mount.split(':')[0]!))
  for (const source of sources)
    if (source.startsWith('./')) expect(existsSync(inRepository(join('deploy', source))), source).toBe(true)
    else expect(Object.keys(compose.volumes)).toContain(source)
})

test('the commands that run at their times are there', async () => {
  const units = readdirSync(inRepository('deploy/systemd')).flatMap((name) =>
    [...read(`deploy/systemd/${name}`).matchAll(/^ExecStart=\/usr\/bin\/platestack (\w+)/gm)].map(([, word]) => word!),
  )
  const jobs = Object.values(values.cronJobs).map(({ args }) => args[0]!)
  const commands = new Set([...units, ...jobs, compose.services.migrate!.command![0]!])
  for (const command of commands) expect(await platestack([command, '--help'])).toMatchObject({ code: 0 })
})

test('the chart and the image are of this release', () => {
  const chart = parse(read('deploy/helm/platestack/Chart.yaml'))
  expect([chart.version, chart.appVersion]).toEqual([program.version, program.version])
})

test('Prometheus in compose.yaml watches what the alerts are about', () => {
  const jobs = (path: string) => parse(read(path)).scrape_configs.map((one: { job_name: string }) => one.job_name)
  expect(jobs('deploy/compose/prometheus.yml')).toEqual(jobs('deploy/prometheus/prometheus.yml'))
})

test.each(['', 'yes'])('nginx takes what nginx.sh makes of nginx.conf; mod_zip: "%s"', async (modZip) => {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-deploy-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  writeFileSync(join(folder, 'nginx.conf'), read('deploy/nginx.conf').replace('/run/nginx.pid', join(folder, 'pid')))
  writeFileSync(join(folder, 's3.conf'), read('deploy/compose/s3.conf'))
  const made = join(folder, 'made.conf')
  const place = { ARCHIVE: '127.0.0.2:8001', S3_HOST: 'localhost', HTTP_PORT: '18080', MOD_ZIP: modZip }
  const env = { PATH: `${process.env.PATH}:/usr/sbin`, CONF_FROM: folder, CONF_TO: made, ...place }
  // nginx opens /dev/stdout, which must not be a socket
  const check = 'sh "$0" check >"$1" 2>&1 || { cat "$1" >&2; exit 1; }'
  await promisify(execFile)('sh', ['-c', check, inRepository('deploy/compose/nginx.sh'), join(folder, 'said')], { env })
  const conf = readFileSync(made, 'utf8')
  const active = conf.replace(/^ *#.*$/gm, '')
  expect(active).toContain('server 127.0.0.2:8001 max_fails=0;')
  expect(active).not.toMatch(/127\.0\.0\.1|listen (\[::\]:)?80;|\/var\/log/)
  expect(active.match(/proxy_pass http:\/\/localhost:18080/g)).toHaveLength(3)
  expect(active.includes('X-Zip-Module mod_zip')).toBe(modZip === 'yes')
})

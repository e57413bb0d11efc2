import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inRepository } from './data.ts'
import { freePort, untilOpen } from './ports.ts'

/** One value of a scrape. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

/** What a request for metrics was answered with, on a connection of its own. */
export interface Scrape {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
}

/** Asks for metrics, or another path. */
export const scrape = (
  url: string,
  { path = '/metrics', method = 'GET', headers = {} }: { path?: string; method?: string; headers?: object } = {},
): Promise<Scrape> =>
  new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method, headers: { ...headers }, agent: false }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject)
      answer.on('end', () => {
        const { statusCode, headers } = answer
        resolve({ status: statusCode!, headers, text: Buffer.concat(chunks).toString('latin1') })
      })
    })
    sent.on('error', reject).end()
  })

const LINE = /^([a-z_][a-z0-9_]*)(?:\{(.*)\})? (\S+)$/i

/** The values of a scrape in Prometheus's text form; throws at a line that is none. */
export function samplesOf(text: string): Sample[] {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [, name, labels = '', value] = LINE.exec(line) ?? []
    if (name === undefined) throw new Error(`no sample: ${line}`)
    const pairs = [...labels.matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/gi)].map(([, key, text]) => [key!, text!])
    return { name, labels: Object.fromEntries(pairs), value: Number(value) }
  })
}

/** The sum of the values of that name whose labels have these values. */
export const sumOf = (samples: readonly Sample[], name: string, labels: Record<string, string> = {}): number =>
  samples
    .filter((sample) => sample.name === name && Object.entries(labels).every(([key, v]) => sample.labels[key] === v))
    .reduce((sum, { value }) => sum + value, 0)

/** Runs promtool in deploy/prometheus; gives its exit code and what it printed. */
export const promtool = (args: string[], input = ''): Promise<{ code: number; printed: string }> =>
  new Promise((resolve) => {
    const options = { cwd: inRepository('deploy/prometheus'), encoding: 'utf8' as const }
    const child = execFile('promtool', args, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, printed: stdout + stderr }),
    )
    child.stdin!.on('error', () => {})
    child.stdin!.end(input)
  })

export interface TestPrometheus {
  /** Its API: `/api/v1/…`; throws where that does not succeed. */
  ask<T>(path: string): Promise<T>
  stop(): Promise<void>
}

/** A Prometheus with the configuration of deploy/, which asks an archive each second. */
export async function startPrometheus(archive: string): Promise<TestPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), 'platestack-prometheus-'))
  const deployed = (name: string) => readFileSync(inRepository(`deploy/prometheus/${name}`), 'utf8')
  const config = deployed('prometheus.yml')
    .replace('127.0.0.1:8000', new URL(archive).host)
    .replaceAll(/(scrape|evaluation)_interval: 15s/g, '$1_interval: 1s')
  writeFileSync(join(folder, 'prometheus.yml'), config)
  writeFileSync(join(folder, 'alerts.yml'), deployed('alerts.yml'))
  const port = await freePort()
  const child = spawn(
    'prometheus',
    [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let printed = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  const ended = new Promise((resolve) => child.once('close', resolve))
  const stop = async () => {
    child.kill()
    await ended
    rmSync(folder, { recursive: true })
  }
  try {
    await untilOpen(port, child)
  } catch (error) {
    await stop()
    throw new Error(`${error}: ${printed}`)
  }
  return {
    async ask<T>(path: string) {
      const response = await fetch(`http://127.0.0.1:${port}${path}`)
      const answer = (await response.json()) as { status: string; data: T; error?: string }
      if (answer.status !== 'success') throw new Error(`${path}: ${answer.error}`)
      return answer.data
    },
    stop,
  }
}

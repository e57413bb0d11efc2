import { UsageError } from './command.ts'

const POWERS = ['', 'k', 'M', 'G', 'T', 'P']

/**
 * Bytes as people write them: `500`, `20M`, `1.5GB`, `1TiB`. k, M, … are powers of 1000, with an i
 * of 1024.
 * @throws UsageError naming the option
 */
export function parseBytes(text: string, option: string, example: string): number {
  const [, number, unit = '', binary] = /^(\d+(?:\.\d+)?) ?([kKMGTP]?)(i?)B?$/.exec(text) ?? []
  const power = POWERS.indexOf(unit.replace('K', 'k'))
  const bytes = Math.floor(Number(number) * (binary ? 1024 : 1000) ** power)
  if (!(bytes >= 1) || (binary && power === 0)) throw new UsageError(`${option} is ${example}`)
  return bytes
}

/** Bytes for people, such as `1.5 GB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(POWERS.length - 1, Math.floor(Math.log10(bytes) / 3))
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1000 ** power).toFixed(1)} ${POWERS[power]}B`
}

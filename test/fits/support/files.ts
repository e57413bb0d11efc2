import { existsSync, readFileSync } from 'node:fs'

export const data = (name: string): URL => new URL(`../data/${name}`, import.meta.url)
const shared = (name: string): URL => new URL(`../../../../shared/fits/${name}`, import.meta.url)

/** A file that the tests keep; the large ones are only where the project's shared files are. */
export function fileOf(name: string): Uint8Array<ArrayBuffer> | undefined {
  const url = [data(name), shared(name)].find((one) => existsSync(one))
  return url && new Uint8Array(readFileSync(url))
}

export function kept(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(data(name)))
}

export const json = <T>(name: string): T => JSON.parse(readFileSync(data(name), 'utf8')) as T

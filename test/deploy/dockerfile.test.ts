import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { inRepository } from '../support/data.ts'

const linesOf = (path: string): string[] => readFileSync(inRepository(path), 'utf8').split('\n')

test('.dockerignore lets through what the Dockerfile copies', () => {
  const allowed = linesOf('.dockerignore').flatMap((line) => (line.startsWith('!') ? [line.slice(1)] : []))
  const copied = linesOf('deploy/Dockerfile')
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
    .flatMap((line) => line.split(' ').slice(1, -1))
  expect(copied).toContain('src')
  expect(copied.filter((path) => !allowed.includes(path))).toEqual([])
})

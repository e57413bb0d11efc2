import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { lockFile } from '../../../src/runtimes/embedded/directory_lock.ts'

const top = mkdtempSync(join(tmpdir(), 'platestack-embedded-'))
afterAll(() => rmSync(top, { recursive: true, force: true }))

describe('a lock', () => {
  const path = join(top, 'some.lock')
  const held = { pid: process.pid, started: '', host: 'elsewhere' }
  const write = (holder: unknown, secondsAgo: number) => {
    writeFileSync(path, typeof holder === 'string' ? holder : JSON.stringify(holder))
    const then = new Date(Date.now() - secondsAgo * 1000)
    utimesSync(path, then, then)
  }

  test('is taken over from the dead, and not from the living', () => {
    const release = lockFile(path, 'it')
    const mine = JSON.parse(readFileSync(path, 'utf8'))
    expect(() => lockFile(path, 'it')).toThrow(`it is in use by process ${process.pid}`)
    release()
    write({ ...mine, started: 'another start of a process with the same number' }, 0)
    lockFile(path, 'it')()
    write({ ...mine, pid: 2 ** 22 + 1 }, 0)
    lockFile(path, 'it')()
    expect(existsSync(path)).toBe(false)
  })

  test('of another host counts for two minutes after its last renewal', () => {
    write(held, 100)
    expect(() => lockFile(path, 'it')).toThrow('it is in use on another host (elsewhere)')
    write(held, 130)
    lockFile(path, 'it')()
  })

  test('that is being written counts for a moment', () => {
    write('{"pid":1', 0)
    expect(() => lockFile(path, 'it')).toThrow('being opened by another process')
    write('{"pid":1', 10)
    const release = lockFile(path, 'it')
    release()
    const again = lockFile(path, 'it')
    release()
    expect(existsSync(path)).toBe(true)
    again()
  })
})

import type { Log } from '../../src/log.ts'

export const silent: Log = { info() {}, warn() {}, error() {} }

import { testRuntime } from './suite.ts'

testRuntime('bun')

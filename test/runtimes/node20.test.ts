import { testRuntime } from './suite.ts'

testRuntime('node20')

import { expect, test } from 'vitest'
import { describeParts } from '../../src/cli/describe_parts.ts'
import { parseConfig } from '../../src/config/config.ts'

test.each([
  ['amqp://u:p@one:5672;amqp://u:ring@two:5672/v', 'one:5672; two:5672/v, archived_fits'],
  ['amqp://u:p@one/v;u:ring@two:5673/v', 'one/v; two:5673/v, archived_fits'],
])('of the brokers %s the log has no user and no password', (QUEUE_BROKER_URL, shown) => {
  expect(describeParts(parseConfig({ QUEUE_BROKER_URL })).broker).toBe(shown)
})

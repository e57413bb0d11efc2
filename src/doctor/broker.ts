import { inspectExchange } from '../messages/rabbitmq.ts'
import { type Finding, ok, problem, warning } from './finding.ts'

/** Looks whether new frames can be announced; makes no exchange. */
export async function checkBroker(brokerUrl: string, exchange: string): Promise<Finding[]> {
  const found = await inspectExchange(brokerUrl, exchange)
  const answers = ok('messages', 'the broker answers, and takes this user')
  if (found.kind === 'right') return [answers, ok('messages', `the exchange ${exchange} is there: fanout, durable`)]
  if (found.kind === 'missing')
    return [
      answers,
      warning(
        'messages',
        `there is no exchange ${exchange} yet`,
        'It is made with the first frame that is announced; consumers can bind queues to it from then on.',
      ),
    ]
  return [
    answers,
    problem(
      'messages',
      `the exchange ${exchange} is not a durable fanout exchange: ${found.reason}`,
      'Delete it in the broker, or set PROCESSED_EXCHANGE_NAME to another. Until then messages wait in the outbox.',
    ),
  ]
}

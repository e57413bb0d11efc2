/** A value of a measure, with the labels that tell it from the others. */
export interface MeasuredValue {
  value: number
  labels: Readonly<Record<string, string | number>>
  /** The name of a part of a histogram. */
  metricName?: string
}

/** A metric with its values, as prom-client gives and writes it, and as processes send it to each other. */
export interface Measure {
  name: string
  help: string
  type: 'counter' | 'gauge' | 'histogram' | 'summary'
  /** How gauges of several processes are put together; counters and histograms are added up. */
  aggregator: string
  values: MeasuredValue[]
}

/** Values by the value of their one label. */
export const byLabel = (label: string, values: Readonly<Record<string, number>>): MeasuredValue[] =>
  Object.entries(values).map(([name, value]) => ({ labels: { [label]: name }, value }))

const plain = (values: number | readonly MeasuredValue[]): MeasuredValue[] =>
  typeof values === 'number' ? [{ labels: {}, value: values }] : [...values]

/** What only grows, from 0 when a process begins. */
export const counter = (name: string, help: string, values: number | readonly MeasuredValue[]): Measure => ({
  name: `platestack_${name}`,
  help,
  type: 'counter',
  aggregator: 'sum',
  values: plain(values),
})

/** What goes up and down. */
export const gauge = (
  name: string,
  help: string,
  values: number | readonly MeasuredValue[],
  aggregator: 'sum' | 'max' | 'min' = 'sum',
): Measure => ({ name: `platestack_${name}`, help, type: 'gauge', aggregator, values: plain(values) })

/** The measures of several processes as those of one. */
export function mergeMeasures(lists: readonly (readonly Measure[])[]): Measure[] {
  const merged = new Map<string, Measure & { byKey: Map<string, MeasuredValue> }>()
  for (const measure of lists.flat()) {
    const { name, values } = measure
    const known = merged.get(name) ?? { ...measure, values: [], byKey: new Map<string, MeasuredValue>() }
    merged.set(name, known)
    for (const value of values) {
      const key = keyOf(value)
      const before = known.byKey.get(key)
      if (before) before.value = together(measure, before.value, value.value)
      else known.byKey.set(key, { ...value })
    }
  }
  return [...merged.values()].map(({ byKey, ...measure }) => ({ ...measure, values: [...byKey.values()] }))
}

const keyOf = ({ metricName = '', labels }: MeasuredValue): string => JSON.stringify([metricName, labels])

function together({ type, aggregator }: Measure, a: number, b: number): number {
  if (type !== 'gauge' || aggregator === 'sum') return a + b
  if (aggregator === 'max') return Math.max(a, b)
  return aggregator === 'min' ? Math.min(a, b) : a
}

/** What does not get less when a process has ended: of its gauges nothing is left. */
export const totalsOf = (measures: readonly Measure[]): Measure[] => measures.filter(({ type }) => type !== 'gauge')

/** The processes that serve: how many there should be, have answered, and have ended before their time. */
export const measureProcesses = ({
  started,
  answering,
  ended,
}: Record<'started' | 'answering' | 'ended', number>): Measure[] => [
  gauge('workers', 'Processes that should serve.', started),
  gauge('workers_answering', 'Those that have told their numbers now; others are starting, or hang.', answering),
  counter('worker_ends_total', 'Processes that have ended before their time.', ended),
]

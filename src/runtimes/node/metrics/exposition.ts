import type { Measure } from './measures.ts'

// prom-client takes a tenth of a second to load: only whoever is asked for metrics does it

/** Of the metrics of Node those whose names promtool refuses: gauges that end like counters. */
const MISNAMED = ['nodejs_active_handles_total', 'nodejs_active_requests_total', 'nodejs_active_resources_total']

/**
 * Measures the runtime: memory, CPU, files, the event loop, collections of garbage, from the first
 * time on that they are asked for. What a runtime cannot measure is left out.
 * @param worker which of the processes of a server this is
 */
export function measureRuntime(worker: number): () => Promise<Measure[]> {
  const made = async () => {
    const { collectDefaultMetrics, Registry } = (await import('prom-client')).default
    const registry = new Registry()
    collectDefaultMetrics({ register: registry, labels: { worker } })
    for (const name of MISNAMED) registry.removeSingleMetric(name)
    return registry
  }
  let registry: ReturnType<typeof made> | null = null
  return async () => {
    registry ??= made()
    const measures = await registry.then((made) => made.getMetricsAsJSON()).catch(() => [])
    return measures as unknown as Measure[]
  }
}

/**
 * Writes measures in the form that the scraper asks for: OpenMetrics, or Prometheus's own.
 * @param accept the request's Accept header
 * @returns the text and its media type
 */
export async function writeMeasures(
  measures: readonly Measure[],
  accept: string,
): Promise<{ text: string; type: string }> {
  const { Registry } = (await import('prom-client')).default
  const wantsOpen = /\bapplication\/openmetrics-text\b/.test(accept)
  const type = wantsOpen ? Registry.OPENMETRICS_CONTENT_TYPE : Registry.PROMETHEUS_CONTENT_TYPE
  const registry = new Registry<typeof type>()
  registry.setContentType(type)
  for (const measure of measures) {
    // the registry takes the ending off a counter's name, which it then wants to find in the metric
    const metric = { ...measure, get: () => metric }
    registry.registerMetric(metric as never)
  }
  return { text: await registry.metrics(), type }
}

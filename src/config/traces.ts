import type { ReportProblem } from './backends.ts'
import type { Reading } from './read_variables.ts'
import type { TracesConfig } from './types.ts'

/** Where traces go; null: nowhere, unless an endpoint is given. */
export function buildTracesConfig({ values: v }: Reading, report: ReportProblem): TracesConfig | null {
  const url =
    v.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT ??
    (v.OTEL_EXPORTER_OTLP_ENDPOINT === null ? null : `${v.OTEL_EXPORTER_OTLP_ENDPOINT}/v1/traces`)
  if (url === null || v.OTEL_SDK_DISABLED || v.OTEL_TRACES_EXPORTER === 'none') return null
  if (v.OTEL_EXPORTER_OTLP_PROTOCOL === 'grpc')
    report('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json or http/protobuf, and an endpoint for OTLP over HTTP (port 4318)')
  const sampler = v.OTEL_TRACES_SAMPLER
  return {
    url,
    headers: v.OTEL_EXPORTER_OTLP_HEADERS,
    resource: { ...v.OTEL_RESOURCE_ATTRIBUTES, 'service.name': serviceName(v) },
    sampler: {
      base: sampler.startsWith('parentbased_') ? 'parent' : 'root',
      ratio: sampler.endsWith('always_on') ? 1 : sampler.endsWith('always_off') ? 0 : v.OTEL_TRACES_SAMPLER_ARG,
    },
  }
}

const serviceName = (v: Reading['values']): string =>
  v.OTEL_SERVICE_NAME ?? v.OTEL_RESOURCE_ATTRIBUTES['service.name'] ?? 'platestack'

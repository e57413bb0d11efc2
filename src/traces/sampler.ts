import type { TracesConfig } from '../config/config.ts'
import type { TraceContext } from '../telemetry.ts'

/** 52 bits, which a number holds whole. */
const DIGITS = 13
const ALL = 16 ** DIGITS

/** Whether a trace is recorded: every program that samples by ratio decides the same of one. */
export function createSampler({ base, ratio }: TracesConfig['sampler']): (trace: TraceContext) => boolean {
  // W3C Trace Context 2: the last digits of an id are random
  const least = (1 - ratio) * ALL
  const byRatio = ({ traceId }: TraceContext) => Number.parseInt(traceId.slice(-DIGITS), 16) >= least
  return base === 'root' ? byRatio : (trace) => (trace.parentId === null ? byRatio(trace) : trace.isSampled)
}

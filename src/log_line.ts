const plain = (_: string, value: unknown): unknown => {
  if (value instanceof Error) return value.stack ?? String(value)
  return typeof value === 'bigint' ? String(value) : value
}

/** One line of a log as a JSON object: time (UTC), level and message, then the fields. A field cannot take the place of those. */
export function logLine(level: string, message: string, fields: Record<string, unknown> = {}): string {
  const own = { time: new Date().toISOString(), level, message }
  try {
    return JSON.stringify({ ...own, ...fields, ...own }, plain)
  } catch {
    return JSON.stringify({ ...own, fields: String(fields) })
  }
}

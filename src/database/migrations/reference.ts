type Family = 'number' | 'text' | 'time' | 'date' | 'boolean' | 'jsonb' | 'geography'

const FAMILIES: Record<string, Family> = {
  int2: 'number',
  int4: 'number',
  int8: 'number',
  float4: 'number',
  float8: 'number',
  varchar: 'text',
  text: 'text',
  bpchar: 'text',
  timestamptz: 'time',
  date: 'date',
  bool: 'boolean',
  jsonb: 'jsonb',
  geography: 'geography',
}

const version = {
  id: 'number',
  key: 'text',
  md5: 'text',
  extension: 'text',
  created: 'time',
  frame_id: 'number',
} as const
const thumbnail = {
  id: 'number',
  size: 'text',
  basename: 'text',
  extension: 'text',
  key: 'text',
  frame_id: 'number',
} as const

/**
 * The reference's tables: our name, and the columns that identify them. Sequences, lengths and
 * index names vary between releases.
 */
export const REFERENCE: Record<string, { ours: string; optional?: 'optional'; columns: Record<string, Family> }> = {
  frames_frame: {
    ours: 'frames',
    columns: {
      id: 'number',
      basename: 'text',
      area: 'geography',
      modified: 'time',
      created: 'time',
      configuration_type: 'text',
      exposure_time: 'number',
      instrument_id: 'text',
      observation_date: 'time',
      observation_day: 'date',
      observation_id: 'number',
      primary_optical_element: 'text',
      proposal_id: 'text',
      public_date: 'time',
      reduction_level: 'number',
      request_id: 'number',
      site_id: 'text',
      target_name: 'text',
      telescope_id: 'text',
    },
  },
  frames_version: { ours: 'versions', columns: version },
  frames_headers: { ours: 'headers', columns: { id: 'number', data: 'jsonb', frame_id: 'number' } },
  frames_frame_related_frames: {
    ours: 'related_frames',
    columns: { id: 'number', from_frame_id: 'number', to_frame_id: 'number' },
  },
  frames_thumbnail: { ours: 'thumbnails', optional: 'optional', columns: thumbnail },
  auth_user: {
    ours: 'users',
    columns: {
      id: 'number',
      password: 'text',
      last_login: 'time',
      is_superuser: 'boolean',
      username: 'text',
      first_name: 'text',
      last_name: 'text',
      email: 'text',
      is_staff: 'boolean',
      is_active: 'boolean',
      date_joined: 'time',
    },
  },
  authtoken_token: { ours: 'tokens', columns: { key: 'text', created: 'time', user_id: 'number' } },
  auth_profile_authprofile: {
    ours: 'profiles',
    columns: { id: 'number', staff_view: 'boolean', api_token: 'text', user_id: 'number' },
  },
}

/** Tables that only we have. */
const NEW = ['outbox', 'removals', 'settings', 'platestack_migrations']

export interface Relation {
  name: string
  /** As in pg_class: r table, p partitioned table, v view, m materialised view, f foreign table. */
  kind: string
  owner: string
  owned: boolean
  columns: Record<string, { type: string; required: boolean }> | null
}

/**
 * Why relations cannot be adopted as a reference database, a sentence each; empty if they can.
 * Tables are judged by their columns; additional ones are fine if inserts may omit them.
 */
export function findMismatches(relations: Relation[]): string[] {
  const wrong: string[] = []
  const found = new Map(relations.map((relation) => [relation.name, relation]))
  for (const [name, { ours, optional, columns }] of Object.entries(REFERENCE)) {
    if (found.has(ours)) wrong.push(`${ours} is in the way: ${name} would take that name`)
    const relation = found.get(name)
    if (!relation) {
      if (!optional) wrong.push(`table ${name} is missing`)
      continue
    }
    if (relation.kind !== 'r') wrong.push(`${name} is not an ordinary table`)
    if (!relation.owned)
      wrong.push(`${name} belongs to role ${relation.owner}: migrate as that role, or as a superuser`)
    const there = relation.columns ?? {}
    const missing = Object.keys(columns).filter((column) => !there[column])
    if (missing.length) wrong.push(`${name} has no column ${missing.join(', ')}`)
    for (const [column, family] of Object.entries(columns)) {
      const type = there[column]?.type
      if (type && FAMILIES[type] !== family) wrong.push(`${name}.${column} is a ${type}, not a ${family}`)
    }
    for (const [column, { required }] of Object.entries(there))
      if (required && !columns[column]) wrong.push(`${name}.${column} is unknown here and must not be null`)
  }
  for (const name of NEW) if (found.has(name)) wrong.push(`${name} is in the way`)
  return wrong
}

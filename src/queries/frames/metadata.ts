import { query, rows, type Sql } from '../../database/sql.ts'
import { ValidationError } from '../../errors.ts'
import { areaError } from './geometry.ts'

/** A frame's row: its name and the columns that are given; a placeholder is given none. */
export interface Named {
  basename: string
  record: Record<string, unknown>
}

/** Makes the frames whose names no frame has yet, and gives those. */
export const makeFrames = (tx: Sql, frames: readonly Named[]) => put(tx, 'frames/create.make', frames)

/** Changes frames that are there. */
export const changeFrames = (tx: Sql, frames: readonly Named[]) => put(tx, 'frames/update.change', frames)

async function put(
  tx: Sql,
  name: 'frames/create.make' | 'frames/update.change',
  frames: readonly Named[],
): Promise<{ id: number; basename: string }[]> {
  if (frames.length === 0) return []
  const given = query(tx, 'frames/given', { records: JSON.stringify(frames) })
  try {
    return await rows(query(tx, name, { given }))
  } catch (error) {
    // every other value has been checked against its column
    const reason = frames.some(({ record }) => 'area' in record) ? areaError(error) : undefined
    throw reason === undefined ? error : new ValidationError({ area: [reason] })
  }
}

/** Locks the frames that are there. `placeholder`: nothing but a name that another frame gave. */
export async function lockFrames(
  tx: Sql,
  names: readonly string[],
): Promise<{ id: number; basename: string; placeholder: boolean }[]> {
  const frames = await rows<{ id: number; basename: string }>(query(tx, 'frames/create.lock', { names }))
  if (frames.length === 0) return []
  const ids = frames.map(({ id }) => id)
  const placeholders = await rows<{ id: number }>(query(tx, 'frames/create.placeholders', { ids }))
  const bare = new Set(placeholders.map(({ id }) => id))
  return frames.map((frame) => ({ ...frame, placeholder: bare.has(frame.id) }))
}

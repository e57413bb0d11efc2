/** Who asks. */
export type Caller =
  | { kind: 'anonymous' }
  | { kind: 'user'; id: number; username: string; isStaff: boolean; isSuperuser: boolean; proposals: readonly string[] }

export type User = Extract<Caller, { kind: 'user' }>
export const ANONYMOUS: Caller = { kind: 'anonymous' }

export const isSuperuser = (caller: Caller): boolean => caller.kind === 'user' && caller.isSuperuser
export const isStaff = (caller: Caller): boolean => caller.kind === 'user' && (caller.isStaff || caller.isSuperuser)

/** The archive itself, writing for a superuser: sees every frame. */
export const ANY_FRAME: Caller = { kind: 'user', id: 0, username: '', isStaff: true, isSuperuser: true, proposals: [] }

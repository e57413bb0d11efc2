import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { account, startPortal } from '../../support/portal.ts'

/** The users of the site: one of them is a member of the proposal whose frames nobody else may see. */
export const MEMBER = account('frodo', 'theone', ['secret-prop'])
export const STRANGER = account('gollum', 'precious', ['other-prop'])

/** Runs the portal in this process, on a port. */
export async function runPortal(port: number): Promise<void> {
  await startPortal([MEMBER, STRANGER], port)
  process.send!('ready')
}

/** Starts this program as the portal in a process of its own. */
export async function forkPortal(program: string, port: number): Promise<ChildProcess> {
  const child = fork(program, ['portal', String(port)])
  await once(child, 'message')
  return child
}

import { CommandError } from './command.ts'

/** The first descriptor that systemd hands over (sd_listen_fds). */
const FIRST = 3

/**
 * The listening socket that systemd has opened for this process (Sockets=, LISTEN_FDS); null: there
 * is none. Of several it is the one that is named `platestack` (FileDescriptorName=). Takes the
 * variables away, which are not for processes that this one starts.
 * @throws CommandError when it is not clear which
 */
export function takeSocket(): number | null {
  const { env, pid } = process
  const { LISTEN_FDS: count, LISTEN_PID: whose, LISTEN_FDNAMES: names = '' } = env
  delete env.LISTEN_FDS
  delete env.LISTEN_PID
  delete env.LISTEN_FDNAMES
  if (!count || Number(whose) !== pid || !(Number(count) > 0)) return null
  if (Number(count) === 1) return FIRST
  const at = names.split(':').indexOf('platestack')
  if (at === -1)
    throw new CommandError(
      `systemd hands over ${count} sockets, none of which has FileDescriptorName=platestack: which one is to be listened on?`,
    )
  return FIRST + at
}

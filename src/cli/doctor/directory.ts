import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type Finding, ok, problem, type Subject, warning } from '../../doctor/finding.ts'

const GB = 1e9
/** Free space from which down there is a word about it. */
const LITTLE = { bytes: 5 * GB, share: 0.05 }
const NOTHING_BYTES = 0.2 * GB
const OTHERS = 0o077

/**
 * Looks at a directory of the archive: whether it can be written to, who else may read it, how much
 * room there is.
 * @param isPrivate whether only the archive's user may read it
 */
export async function checkDirectory(subject: Subject, path: string, isPrivate: boolean): Promise<Finding[]> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw error
  })
  if (found === null) return checkMissing(subject, path)
  if (!found.isDirectory())
    return [problem(subject, `${path} is no directory`, 'Move that file away, or name another directory.')]
  const findings: Finding[] = []
  if (!(await mayWrite(path)))
    findings.push(
      problem(
        subject,
        `this user may not write in ${path}`,
        `chown -R USER ${path} for the user that the archive runs as, or run this command as that user.`,
      ),
    )
  if (isPrivate && (found.mode & OTHERS) !== 0)
    findings.push(
      warning(
        subject,
        `other users of this machine may look into ${path}`,
        `chmod 700 ${path} (platestack serve does so where nothing else lies in it)`,
      ),
    )
  return [...findings, ...(await checkRoom(subject, path))]
}

async function checkMissing(subject: Subject, path: string): Promise<Finding[]> {
  let parent = dirname(resolve(path))
  while (parent !== dirname(parent) && !(await stat(parent).catch(() => null))) parent = dirname(parent)
  if (await mayWrite(parent)) return [ok(subject, `${path} is not there yet: it is made when it is needed`)]
  return [
    problem(
      subject,
      `${path} is not there, and this user may not make it`,
      `Make it, and let the archive's user own it: install -d -m 700 -o USER ${path}`,
    ),
  ]
}

async function checkRoom(subject: Subject, path: string): Promise<Finding[]> {
  const { bavail, bsize, blocks } = await statfs(path)
  const free = bavail * bsize
  const says = `${(free / GB).toFixed(1)} GB are free in ${path}`
  const advice = 'Make room, or move it to a larger disk: with none left neither files nor rows can be written.'
  if (free < NOTHING_BYTES) return [problem(subject, says, advice)]
  return [free < LITTLE.bytes || bavail < blocks * LITTLE.share ? warning(subject, says, advice) : ok(subject, says)]
}

const mayWrite = (path: string): Promise<boolean> =>
  access(path, constants.R_OK | constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )

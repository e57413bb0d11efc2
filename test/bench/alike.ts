/**
 * Asks servers the same.
 * @throws when the first does not answer with 200, or another otherwise than it; their own addresses do not count
 */
export async function compareAnswers(
  [first, ...others]: readonly { name: string; url: string }[],
  paths: readonly string[],
): Promise<void> {
  const answer = async ({ url }: { url: string }, path: string) => {
    const response = await fetch(url + path)
    return `${response.status} ${(await response.text()).replaceAll(url, '')}`
  }
  for (const path of paths) {
    const expected = await answer(first!, path)
    if (!expected.startsWith('200 ')) throw new Error(`${first!.name} answers ${path} with ${expected.slice(0, 200)}`)
    for (const other of others)
      if ((await answer(other, path)) !== expected) throw new Error(`${other.name} answers ${path} otherwise`)
  }
}

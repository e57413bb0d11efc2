import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { FILTERS } from '../../../src/schemas/filters.ts'
import { type TestArchive, testArchive } from '../../support/archive.ts'
import { MODEL_FILTERS, type ModelFilter, queryOf, someFilters } from '../../support/model_filters.ts'
import { account, startPortal, type TestPortal } from '../../support/portal.ts'
import { isSeen, type ModelCaller, type ModelFrame, makeWorld, seed } from '../../support/world.ts'

let archive: TestArchive
let portal: TestPortal
let world: ModelFrame[]
let callers: ModelCaller[]

beforeAll(async () => {
  const users = [account('frodo', 'theone', ['alpha', 'ΠΡΟΤ']), account('gollum', 'precious', [])]
  portal = await startPortal(users)
  archive = await testArchive(portal.env)
  for (const { profile } of users)
    await archive.request('/authprofile/addupdateuser/', {
      json: profile,
      headers: { authorization: `Server ${portal.env.OAUTH_SERVER_KEY}` },
    })
  world = await makeWorld(archive, 150, seed)
  callers = [
    { name: 'root', token: archive.root, proposals: [], superuser: true },
    { name: 'frodo', token: 'frodo-api-token', proposals: ['alpha', 'ΠΡΟΤ'], superuser: false },
    { name: 'gollum', token: 'gollum-api-token', proposals: [], superuser: false },
    { name: 'anonymous', proposals: [], superuser: false },
  ]
})
afterAll(async () => {
  await archive?.close()
  await portal?.stop()
})

/** The archive and the model keep the same frames. */
async function agree(filters: ModelFilter[], caller: ModelCaller): Promise<number> {
  const response = await archive.request(`/frames/?${queryOf(filters, { limit: 1000 })}`, { token: caller.token })
  const body = (await response.json()) as { count: number; results: { id: number; basename: string }[] }
  expect({ status: response.status, body: response.status === 200 ? null : body }).toEqual({ status: 200, body: null })
  const kept = world.filter((f) => isSeen(caller, f) && filters.every((filter) => filter.keeps(f, caller)))
  expect(body.results.map((row) => row.basename).toSorted()).toEqual(kept.map((f) => f.basename).toSorted())
  expect(body.count).toBe(kept.length)
  return kept.length
}

test('the model knows every filter', () => {
  expect(Object.keys(MODEL_FILTERS).toSorted()).toEqual(FILTERS.map((f) => f.name).toSorted())
})

describe(`filters keep what a plain model keeps (seed ${seed})`, () => {
  test.each(Object.keys(MODEL_FILTERS))('%s', async (name) => {
    const found: number[] = []
    await fc.assert(
      fc.asyncProperty(MODEL_FILTERS[name]!(world), fc.constantFrom(...callers), async (filter, caller) => {
        found.push(await agree([filter], caller))
      }),
      { numRuns: 40, seed },
    )
    // a model and an archive that both keep nothing, or everything, would agree on anything
    expect([Math.max(...found) > 0, Math.min(...found) < world.length]).toEqual([true, true])
  })

  test('several at once', async () => {
    await fc.assert(
      fc.asyncProperty(someFilters(world), fc.constantFrom(...callers), async (filters, caller) => {
        await agree(filters, caller)
      }),
      { numRuns: 200, seed },
    )
  })
})

describe('what every database has to agree on', () => {
  const found = async (query: Record<string, string>): Promise<string[]> => {
    const response = await archive.request(`/frames/?${new URLSearchParams({ limit: '1000', ...query })}`, {
      token: archive.root,
    })
    return ((await response.json()) as { results: { target_name: string }[] }).results.map((row) => row.target_name)
  }
  const having = (test: (name: string) => boolean) =>
    world
      .map((f) => f.target_name)
      .filter(test)
      .toSorted()

  test('case is folded beyond ASCII', async () => {
    const either = (name: string) => /čapek/i.test(name) || name.includes('ČAPEK')
    expect(having(either).length).toBeGreaterThan(0)
    for (const spelling of ['čapek', 'ČAPEK', 'ČaPeK'])
      expect((await found({ target_name: spelling })).toSorted()).toEqual(
        having((name) => either(name) || /capek/i.test(name)),
      )
  })

  test('a mark that has no transliteration finds what holds it, and not everything', async () => {
    for (const mark of ['\u0301', '\ue000']) {
      expect((await found({ target_name: mark })).toSorted()).toEqual(having((name) => name.includes(mark)))
      expect(await found({ target_name_exact: mark })).toEqual([])
      expect(await found({ submitter: mark })).toEqual([])
    }
  })

  test('what no column can hold matches nothing', async () => {
    const queries: Record<string, string>[] = [
      { observation_id: '99999999999999999999' },
      { request_id: '-1' },
      { reduction_level: '1e5' },
      { observation_id: '1.5' },
    ]
    for (const query of queries) expect(await found(query)).toEqual([])
  })
})

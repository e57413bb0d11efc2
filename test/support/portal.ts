import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { freePort } from './ports.ts'

/** A user of the stand-in portal. */
export interface Account {
  username: string
  password: string
  apiToken: string
  bearer: string
  /** What the portal's profile endpoint says, and what it sends to /authprofile/addupdateuser/. */
  profile: {
    username: string
    is_staff: boolean
    is_superuser: boolean
    tokens: { api_token: string }
    proposals: { id: string }[]
    [more: string]: unknown
  }
}

/** How the portal treats what it is asked. `slow`: not before the client has lost its patience. `busy`: come back in 20 seconds. */
export type Mood = 'answers' | 'slow' | 'fails' | 'nonsense' | 'busy'

/** A stand-in Observation Portal: the profile and the token endpoint over real HTTP on the loopback. */
export interface TestPortal {
  readonly accounts: Account[]
  /** The environment of an archive that belongs to this portal. */
  readonly env: Record<string, string>
  /** How often each endpoint was asked. */
  readonly hits: { profile: number; token: number }
  mood: Mood
  /** The mood for so many requests more; the portal answers afterwards. Null: for ever. */
  moodFor: number | null
  /** Refuses connections until `start`; on the same port afterwards. */
  stop(): Promise<void>
  start(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export const SERVER_KEY = 'key-of-portal-and-archive'

export function account(
  username: string,
  password: string,
  proposals: string[],
  rights: { staff?: true; superuser?: true } = {},
): Account {
  const apiToken = `${username}-api-token`
  return {
    username,
    password,
    apiToken,
    bearer: `${username}-bearer`,
    profile: {
      username,
      first_name: username,
      last_name: 'Baggins',
      email: `${username}@example.org`,
      is_staff: rights.staff ?? false,
      is_superuser: rights.superuser ?? false,
      profile: { staff_view: rights.staff ?? false },
      tokens: { api_token: apiToken },
      proposals: proposals.map((id) => ({ id })),
    },
  }
}

/** The four accounts of the recordings. */
export const fourAccounts = (): Account[] => [
  account('gandalf', 'youshallnotpass', [], { staff: true, superuser: true }),
  account('frodo', 'theone', ['prop-alpha']),
  account('samwise', 'potatoes', ['prop-beta'], { staff: true }),
  account('gollum', 'precious', []),
]

/** Starts one, on a free port unless given. */
export async function startPortal(accounts: Account[] = fourAccounts(), given?: number): Promise<TestPortal> {
  const port = given ?? (await freePort())
  const hits = { profile: 0, token: 0 }
  let server: Server | undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const send = (status: number, body: unknown) => {
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(body))
    }
    const body = new URLSearchParams(await textOf(request))
    if (request.url === '/api/profile/') hits.profile++
    if (request.url === '/o/token/') hits.token++
    if (portal.moodFor !== null && portal.moodFor-- <= 0) portal.mood = 'answers'
    if (portal.mood === 'slow') return
    if (portal.mood === 'busy')
      return void response.writeHead(429, { 'retry-after': '20' }).end('{"detail":"Request was throttled."}')
    if (portal.mood === 'fails') return send(500, { detail: 'The portal fell over.' })
    if (portal.mood === 'nonsense')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Please log in</h1>')
    if (request.url === '/api/profile/') {
      const given = request.headers.authorization
      const found = accounts.find((a) => given === `Token ${a.apiToken}` || given === `Bearer ${a.bearer}`)
      return found ? send(200, found.profile) : send(401, { detail: 'Invalid token.' })
    }
    if (request.url === '/o/token/' && request.method === 'POST') {
      const found = accounts.find((a) => a.username === body.get('username') && a.password === body.get('password'))
      if (!found || body.get('grant_type') !== 'password') return send(401, { error: 'invalid_grant' })
      return send(200, { access_token: found.bearer, token_type: 'Bearer', expires_in: 36000 })
    }
    send(404, { detail: 'Not found.' })
  }

  const portal: TestPortal = {
    accounts,
    hits,
    mood: 'answers',
    moodFor: null,
    get env() {
      return {
        OAUTH_PROFILE_URL: `http://127.0.0.1:${port}/api/profile/`,
        OAUTH_TOKEN_URL: `http://127.0.0.1:${port}/o/token/`,
        OAUTH_CLIENT_ID: 'platestack',
        OAUTH_CLIENT_SECRET: 'secret',
        OAUTH_SERVER_KEY: SERVER_KEY,
      }
    },
    async start() {
      const starting = createServer((request, response) => void answer(request, response))
      await new Promise<void>((resolve, reject) => {
        starting.once('error', reject).listen(port, '127.0.0.1', resolve)
      })
      server = starting
    },
    async stop() {
      const stopping = server
      server = undefined
      if (!stopping) return
      stopping.closeAllConnections()
      await new Promise((resolve) => stopping.close(resolve))
    },
    [Symbol.asyncDispose]: () => portal.stop(),
  }
  await portal.start()
  return portal
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

import type { Child } from 'hono/jsx'
import type { RequestContext } from '../http/operation.ts'
import type { Assets } from '../services.ts'

/** What a page may load besides its style sheet and pictures, all of it from the archive itself. */
export interface Policy {
  /** Script files of the archive, in the order in which they run. */
  scripts?: readonly string[]
  /** Further style sheets. */
  styles?: readonly string[]
  /** Further directives of the Content-Security-Policy. */
  csp?: Record<string, string>
}

const CSP = {
  'default-src': "'none'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'form-action': "'self'",
  'base-uri': "'none'",
  'frame-ancestors': "'none'",
}

/** Where an asset is served; the mark of its content lets a browser keep it under that address. */
async function assetAddress(assets: Assets, name: string): Promise<string> {
  const asset = await assets.read(name)
  return `/docs/${name}${asset ? `?v=${asset.mark}` : ''}`
}

/** A configured address that a page may link to: http and https alone, not `javascript:`. */
function webLink(address: string | null): string | null {
  const url = address !== null && URL.canParse(address) ? new URL(address) : null
  return url && (url.protocol === 'https:' || url.protocol === 'http:') ? url.href : null
}

/** The button that signs out. */
export const LogOut = () => (
  <form method="post" action="/api-auth/logout/">
    <button type="submit">Log out</button>
  </form>
)

function Bar({ c, path }: { c: RequestContext; path: string }) {
  const { title, titleUrl, termsUrl, documentationUrl } = c.env.config.appearance
  const { caller } = c.var
  const links = [
    ['/docs/', 'Try it'],
    ['/redoc/', 'Reference'],
    [webLink(documentationUrl), 'Documentation'],
    [webLink(termsUrl), 'Terms of service'],
  ] as const
  return (
    <header class="bar">
      <a class="title" href={webLink(titleUrl) ?? '/'}>
        <img src="/docs/icon.svg" alt="" width="24" height="24" />
        {title}
      </a>
      <nav>
        {links.map(
          ([address, label]) =>
            address && (
              <a href={address} aria-current={address === path ? 'page' : undefined}>
                {label}
              </a>
            ),
        )}
      </nav>
      <div class="who">
        {caller.kind === 'user' ? (
          <>
            <span>
              Signed in as <b>{caller.username}</b>
            </span>{' '}
            <LogOut />
          </>
        ) : (
          !path.startsWith('/api-auth/') && <a href={`/api-auth/login/?next=${encodeURIComponent(path)}`}>Log in</a>
        )}
      </div>
    </header>
  )
}

interface Page {
  path: string
  heading: string
  main: Child
  status?: 200 | 400 | 429 | 503
}

/** A page of the archive: the bar with the configured title and links, then `main`. */
export async function page(
  c: RequestContext,
  { path, heading, main, status = 200 }: Page,
  { scripts = [], styles = [], csp = {} }: Policy = {},
): Promise<Response> {
  const { assets, config } = c.env
  const addresses = (names: readonly string[]) => Promise.all(names.map((name) => assetAddress(assets, name)))
  const sheets = await addresses([...styles, 'page.css'])
  const sources = await addresses(scripts)
  const document = (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${heading} · ${config.appearance.title}`}</title>
        <link rel="icon" href="/docs/icon.svg" type="image/svg+xml" />
        {sheets.map((address) => (
          <link rel="stylesheet" href={address} />
        ))}
        {sources.map((address) => (
          <script src={address} defer />
        ))}
      </head>
      <body>
        <Bar c={c} path={path} />
        {main}
      </body>
    </html>
  )
  const directives = Object.entries({ ...CSP, ...csp }).map(([directive, allowed]) => `${directive} ${allowed}`)
  const headers = { 'content-security-policy': directives.join('; '), vary: 'Accept' }
  return c.html(`<!doctype html>${document}`, status, headers)
}

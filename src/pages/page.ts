import type { RequestContext } from '../http/operation.ts'
import type { Assets } from '../services.ts'
import { type Html, html, webLink } from './html.ts'

/** What a page may load besides its style sheet and pictures, which all come from the archive itself. */
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

const policyOf = (more: Record<string, string>): string =>
  Object.entries({ ...CSP, ...more })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join('; ')

/** Where an asset is served; the mark of its content makes that address good for ever. */
async function addressOf(assets: Assets, name: string): Promise<string> {
  const asset = await assets.read(name)
  return `/docs/${name}${asset ? `?v=${asset.mark}` : ''}`
}

const link = (address: string | null, label: string): Html | null =>
  address === null ? null : html`<a href="${address}">${label}</a>`

function bar(c: RequestContext, path: string): Html {
  const { title, titleUrl, termsUrl, documentationUrl } = c.env.config.appearance
  const { caller } = c.var
  const here = (to: string, label: string) =>
    html`<a href="${to}"${path === to ? html` aria-current="page"` : null}>${label}</a>`
  const who =
    caller.kind === 'user'
      ? html`<span>Signed in as <b>${caller.username}</b></span>
        <form method="post" action="/api-auth/logout/"><button>Log out</button></form>`
      : path.startsWith('/api-auth/')
        ? null
        : html`<a href="/api-auth/login/?next=${encodeURIComponent(path)}">Log in</a>`
  return html`<header class="bar">
      <a class="title" href="${webLink(titleUrl) ?? '/'}"><img src="/docs/icon.svg" alt="" width="24" height="24">${title}</a>
      <nav>${here('/docs/', 'Try it')}${here('/redoc/', 'Reference')}${link(webLink(documentationUrl), 'Documentation')}${link(webLink(termsUrl), 'Terms of service')}</nav>
      <div class="who">${who}</div>
    </header>`
}

/** One page of the archive: the bar with the configured title and links, then `main`. Nothing in it is loaded from elsewhere. */
export async function page(
  c: RequestContext,
  { path, heading, main, status = 200 }: { path: string; heading: string; main: Html; status?: 200 | 400 | 429 | 503 },
  { scripts = [], styles = [], csp = {} }: Policy = {},
): Promise<Response> {
  const { assets, config } = c.env
  const sheets = await Promise.all([...styles, 'page.css'].map((name) => addressOf(assets, name)))
  const sources = await Promise.all(scripts.map((name) => addressOf(assets, name)))
  const text = html`<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${heading} · ${config.appearance.title}</title>
    <link rel="icon" href="/docs/icon.svg" type="image/svg+xml">
    ${sheets.map((address) => html`<link rel="stylesheet" href="${address}">`)}
    ${sources.map((address) => html`<script src="${address}" defer></script>`)}
  </head>
  <body>
    ${bar(c, path)}
    ${main}
  </body>
</html>
`.text
  return c.html(text, status, {
    'content-security-policy': policyOf(csp),
    vary: 'Accept',
  })
}

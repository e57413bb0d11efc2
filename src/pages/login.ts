import type { RequestContext } from '../http/operation.ts'
import { html } from './html.ts'
import { page } from './page.ts'

/** The form that asks for user name and password; `refused`: what was wrong with those that were sent. */
export const loginPage = (
  c: RequestContext,
  next: string,
  refused: { message: string; status: 400 | 429 | 503; username: string } | null = null,
): Promise<Response> =>
  page(c, {
    path: '/api-auth/login/',
    heading: 'Log in',
    status: refused?.status ?? 200,
    main: html`<main class="card">
      <h1>Log in</h1>
      ${refused && html`<p class="refused" role="alert">${refused.message}</p>`}
      <form method="post" action="/api-auth/login/">
        <input type="hidden" name="next" value="${next}">
        <label>User name <input name="username" value="${refused?.username ?? ''}" autocomplete="username" autocapitalize="none" maxlength="150" required autofocus></label>
        <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
        <button>Log in</button>
      </form>
    </main>`,
  })

/** Asks whether to sign out: a mere link must not do it. */
export const logoutPage = (c: RequestContext): Promise<Response> =>
  page(c, {
    path: '/api-auth/logout/',
    heading: 'Log out',
    main: html`<main class="card">
      <h1>${c.var.caller.kind === 'user' ? 'Log out' : 'Logged out'}</h1>
      ${
        c.var.caller.kind === 'user'
          ? html`<p>You are signed in as <b>${c.var.caller.username}</b>.</p>
      <form method="post" action="/api-auth/logout/"><button>Log out</button></form>`
          : html`<p>You are not signed in. <a href="/api-auth/login/">Log in again</a></p>`
      }
    </main>`,
  })

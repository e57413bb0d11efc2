import type { RequestContext } from '../http/operation.ts'
import { LogOut, page } from './page.tsx'

/** The form for user name and password; `refused`: what was wrong with those sent before. */
export const loginPage = (
  c: RequestContext,
  next: string,
  refused: { message: string; status: 400 | 429 | 503; username: string } | null = null,
): Promise<Response> =>
  page(c, {
    path: '/api-auth/login/',
    heading: 'Log in',
    status: refused?.status ?? 200,
    main: (
      <main class="card">
        <h1>Log in</h1>
        {refused && (
          <p class="refused" role="alert">
            {refused.message}
          </p>
        )}
        <form method="post" action="/api-auth/login/">
          <input type="hidden" name="next" value={next} />
          <label>
            User name{' '}
            <input
              name="username"
              value={refused?.username ?? ''}
              autocomplete="username"
              autocapitalize="none"
              maxlength={150}
              required
              autofocus
            />
          </label>
          <label>
            Password <input name="password" type="password" autocomplete="current-password" required />
          </label>
          <button type="submit">Log in</button>
        </form>
      </main>
    ),
  })

/** Asks whether to sign out: following a link must not do it. */
export const logoutPage = (c: RequestContext): Promise<Response> => {
  const { caller } = c.var
  return page(c, {
    path: '/api-auth/logout/',
    heading: 'Log out',
    main: (
      <main class="card">
        <h1>{caller.kind === 'user' ? 'Log out' : 'Logged out'}</h1>
        {caller.kind === 'user' ? (
          <>
            <p>
              You are signed in as <b>{caller.username}</b>.
            </p>
            <LogOut />
          </>
        ) : (
          <p>
            You are not signed in. <a href="/api-auth/login/">Log in again</a>
          </p>
        )}
      </main>
    ),
  })
}

import { z } from '@hono/zod-openapi'
import { boolean, field, parseText, text } from './fields.ts'

const password = field(
  (v) => (typeof v !== 'string' || v === '' ? parseText(v, 1000, 'filled') : v),
  { type: 'string', format: 'password', description: 'The password.', example: 'theone' },
  { required: true },
)

export const login = z
  .object({
    username: text(150, 'filled', { description: 'The user name.', example: 'frodo' }, { required: true }),
    password,
  })
  .openapi('Login')

export const sessionLogin = login
  .extend({
    next: text(2000, 'blank', {
      description: 'The path of the archive to go to afterwards; `/docs/` otherwise.',
      example: '/redoc/',
    }),
  })
  .openapi('SessionLogin')

export const token = z
  .object({
    token: z.string().openapi({
      description: "The user's token: the same until it is revoked.",
      example: '9944b09199c62bcf9418ad846dd0e4bbdfc6ee4b',
    }),
  })
  .openapi('Token')

export const message = z
  .object({ message: z.string().openapi({ description: 'What was done.', example: 'API token revoked.' }) })
  .openapi('Message')

export const profile = z
  .object({
    username: z.string().openapi({ description: 'The user name; empty for an anonymous caller.', example: 'frodo' }),
    profile: z
      .object({
        proposals: z
          .array(z.string())
          .optional()
          .openapi({ description: 'The proposals whose frames the user may see.', example: ['KEY2014A-002'] }),
      })
      .openapi('PortalProfile', { description: 'What the Observation Portal says of the user.' }),
    is_staff: z.boolean().openapi({ description: 'Whether the user is staff.', example: false }),
  })
  .openapi('Profile')

const flag = (description: string) => boolean({ description, example: false })

/** A user as the Observation Portal sends it. */
export const portalUser = z
  .object({
    username: text(150, 'filled', { description: 'The user name.', example: 'frodo' }, { required: true }),
    first_name: text(150, 'blank', { description: 'The first name.', example: 'Frodo' }),
    last_name: text(150, 'blank', { description: 'The last name.', example: 'Baggins' }),
    email: text(254, 'blank', { description: 'The e-mail address.', example: 'frodo@example.org' }),
    is_staff: flag('Whether the user is staff.'),
    is_superuser: flag('Whether the user is a superuser.'),
    profile: z
      .object({ staff_view: flag('Whether the portal shows the user the view of staff.') })
      .optional()
      .openapi({ description: "The portal's profile of the user." }),
    tokens: z
      .object({
        api_token: text(
          255,
          'blank',
          { description: "The portal's api token of the user.", example: 'frodo-api-token' },
          { nullable: true },
        ),
      })
      .optional()
      .openapi({ description: 'The tokens of the user.' }),
  })
  .openapi('PortalUser')

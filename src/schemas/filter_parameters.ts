import { z } from '@hono/zod-openapi'
import { byParameter } from './filters.ts'

/** The filters as OpenAPI query parameters, old and new names. */
export const filterParameters = z.object(
  Object.fromEntries(
    [...byParameter].map(([parameter, { name, openapi, repeatable }]) => {
      const { description, example, ...schema } = openapi
      const values = repeatable ? { type: 'array', items: { type: 'string' } } : { type: 'string', ...schema }
      const same = parameter === name ? description : `${description} The older name of \`${name}\`.`
      const own = parameter === 'DATE_OBS' || parameter === 'L1PUBDAT' ? description : same
      return [
        parameter,
        z.unknown().openapi({
          ...values,
          param: {
            name: parameter,
            in: 'query',
            required: false,
            description: own,
            example: repeatable ? [example] : example,
          },
        } as never),
      ]
    }),
  ),
)

import { htmlPage, operation } from '../../http/operation.ts'
import { swaggerPage } from '../../pages/documentation.tsx'

export const docs = operation('docs', 'GET /docs/', {
  summary: 'The documentation, to try out',
  description: 'Swagger UI. All that it needs comes from the archive itself.',
  visibility: 'anyone',
  forBrowsers: true,
  answers: { 200: htmlPage('The page.') },
  handle: ({ c }) => swaggerPage(c),
})

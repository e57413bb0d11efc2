import { htmlPage, operation } from '../../http/operation.ts'
import { redocPage } from '../../pages/documentation.tsx'

export const redoc = operation('redoc', 'GET /redoc/', {
  summary: 'The documentation, to read',
  description: 'Redoc. All that it needs comes from the archive itself.',
  visibility: 'anyone',
  forBrowsers: true,
  answers: { 200: htmlPage('The page.') },
  handle: ({ c }) => redocPage(c),
})

// Starts Redoc on the archive's own document, with the fonts that the reader's machine has.
const sans = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif'
const mono = 'ui-monospace, "DejaVu Sans Mono", monospace'
const bar = document.querySelector('.bar')

Redoc.init(
  '/openapi.json',
  {
    scrollYOffset: () => (getComputedStyle(bar).position === 'sticky' ? bar.offsetHeight : 0),
    expandResponses: '200,201',
    hideHostname: true,
    nativeScrollbars: true,
    requiredPropsFirst: false,
    theme: {
      colors: { primary: { main: '#1d5fae' } },
      typography: {
        fontSize: '15px',
        fontFamily: sans,
        headings: { fontFamily: sans, fontWeight: '600' },
        code: { fontFamily: mono, fontSize: '13px' },
      },
      sidebar: { backgroundColor: '#f6f8fa' },
      rightPanel: { backgroundColor: '#101a2b' },
    },
  },
  document.getElementById('redoc'),
)

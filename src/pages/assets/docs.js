// Starts Swagger UI on the archive's own document.

/**
 * The document as Swagger UI does well with. It fills in the example of each parameter, and would send all forty filters at once: the
 * examples of optional ones are told in words instead. It asks for the session, which a browser sends by itself.
 */
function adapted(document) {
  delete document.components.securitySchemes.session
  for (const operations of Object.values(document.paths))
    for (const operation of Object.values(operations)) {
      operation.security = operation.security.filter((scheme) => !scheme.session)
      for (const parameter of operation.parameters ?? []) {
        if (parameter.required || parameter.example === undefined) continue
        const example = [parameter.example].flat().join(',')
        parameter.description = `${parameter.description} Example: \`${example}\``
        delete parameter.example
      }
    }
  return document
}

const adapt = {
  statePlugins: { spec: { wrapActions: { updateJsonSpec: (update) => (document) => update(adapted(document)) } } },
}

SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#docs',
  presets: [SwaggerUIBundle.presets.apis],
  plugins: [() => adapt],
  layout: 'BaseLayout',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  filter: true,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  // no badge of a validator on the internet
  validatorUrl: null,
  requestInterceptor(request) {
    const { Authorization: given } = request.headers
    // who pastes a bare token means a token
    if (given && !given.includes(' ')) request.headers.Authorization = `Token ${given}`
    return request
  },
})

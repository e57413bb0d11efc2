import { pathToFileURL } from 'node:url'
// lies in this folder, with the TypeScript 5 that it needs: TypeScript 7 has no such API
import openapiTS, { astToString } from 'openapi-typescript'

/**
 * The types of everything that goes over the wire.
 * @param document the path of the OpenAPI document
 * @returns the files by their paths in the repository
 */
export async function generate(document) {
  const types = astToString(await openapiTS(pathToFileURL(document), { silent: true }))
  const header = '// Made by `npm run clients` from the OpenAPI document: changes here are lost.\n\n'
  return { 'clients/typescript/schema.ts': header + types }
}

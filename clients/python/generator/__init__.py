"""Makes the generated part of the package `platestack` from openapi/clients.json; see __main__.py."""

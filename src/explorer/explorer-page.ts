/** The files of Swagger UI that the page loads. */
export const UI_FILES = ['swagger-ui.css', 'swagger-ui-bundle.js', 'favicon-32x32.png'] as const;

/** The script that starts the explorer. */
export const SCRIPT = 'explorer.js';

/**
 * The page of the explorer. Everything that it loads comes from this server.
 * @param base where its files are, `/docs` say
 */
export function explorerPage(base: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Claviger API</title>
    <link rel="icon" href="${base}/favicon-32x32.png">
    <link rel="stylesheet" href="${base}/swagger-ui.css">
  </head>
  <body>
    <div id="explorer"></div>
    <noscript>The explorer needs JavaScript; the document that it shows is openapi.json.</noscript>
    <script src="${base}/swagger-ui-bundle.js"></script>
    <script src="${base}/${SCRIPT}"></script>
  </body>
</html>
`;
}

/**
 * The script that starts Swagger UI.
 * @param documentUrl the OpenAPI document
 * @param audience the management API
 */
export function explorerScript(documentUrl: string, audience: string): string {
  return `SwaggerUIBundle({
  url: ${JSON.stringify(documentUrl)},
  dom_id: '#explorer',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // No badge of a validator on another host.
  validatorUrl: null,
  // "Authorize", which alone sends this header, asks for a token of the API that is shown: the client's default
  // audience may be another, and its token would open nothing here.
  requestInterceptor(request) {
    if (request.headers?.['X-Requested-With']) request.body += ${JSON.stringify(`&audience=${encodeURIComponent(audience)}`)};
    return request;
  },
});
`;
}

import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const require = createRequire(import.meta.url);
const compress = promisify(gzip);

/** Swagger UI, from its package. */
const SWAGGER_UI = 'swagger-ui-dist';
const { version } = JSON.parse(readFileSync(require.resolve(`${SWAGGER_UI}/package.json`), 'utf8')) as { readonly version: string };

const JAVASCRIPT = 'text/javascript; charset=utf-8';
/** A key behind `#key=` is used for "Try it out" and removed from the address. A fragment is never sent to a server. */
const START = `const given = /[#&]key=([^&]+)/.exec(location.hash);
if (given) history.replaceState(null, '', location.pathname);
const ui = SwaggerUIBundle({
  url: 'docs/json', dom_id: '#api', deepLinking: true, docExpansion: 'list', defaultModelsExpandDepth: 0,
  validatorUrl: null, displayRequestDuration: true, tryItOutEnabled: true, requestSnippetsEnabled: true,
  onComplete: () => given && ui.preauthorizeApiKey('apiKey', decodeURIComponent(given[1])),
});
`;
const STYLE = `.loading-container:empty,.swagger-ui .response-col_links,.swagger-ui .scheme-container .schemes>label{display:none}
nav{font:14px sans-serif;max-width:1460px;margin:auto;padding:12px 20px 0}`;

interface Asset {
  readonly type: string;
  readonly read: () => Promise<Buffer>;
}

const ofPackage = (name: string, type: string): Asset => ({ type, read: () => readFile(require.resolve(`${SWAGGER_UI}/${name}`)) });
const ofText = (text: string, type: string): Asset => ({ type, read: async () => Buffer.from(text) });

const ASSETS: Readonly<Record<string, Asset>> = {
  'swagger-ui-bundle.js': ofPackage('swagger-ui-bundle.js', JAVASCRIPT),
  'swagger-ui.css': ofPackage('swagger-ui.css', 'text/css; charset=utf-8'),
  'page.js': ofText(START, JAVASCRIPT),
  'page.css': ofText(STYLE, 'text/css; charset=utf-8'),
};

/** The page loads only from this app: no other host, no inline script. Swagger UI styles elements and has pictures in its stylesheet. */
export const API_PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface Compressed {
  readonly type: string;
  readonly gzip: Buffer;
}

const compressed = new Map<string, Promise<Compressed>>();

/** A compressed asset of the page, by name. All together have 0.5 MB, which the process keeps after the first view. */
export function pageAsset(name: string): Promise<Compressed> | undefined {
  const asset = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
  if (asset === undefined) return undefined;
  const known = compressed.get(name);
  if (known !== undefined) return known;
  const made = asset.read().then(async (content) => ({ type: asset.type, gzip: await compress(content) }));
  compressed.set(name, made);
  made.catch(() => compressed.delete(name)); // the next request reads it again
  return made;
}

export interface PageLink {
  readonly href: string;
  readonly title: string;
}

/** The page that shows an OpenAPI document and tries its operations. `links`: other documents of the app. */
export function apiPage(title: string, links: readonly PageLink[]): string {
  const at = (name: string): string => `docs/assets/${name}?${version}`;
  const all = [{ href: 'docs/json', title: 'OpenAPI document' }, ...links];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="${at('swagger-ui.css')}"><link rel="stylesheet" href="${at('page.css')}"></head>
<body><nav>${all.map((link) => `<a href="${link.href}">${link.title}</a>`).join(' · ')}</nav>
<div id="api"><noscript>This page needs JavaScript. The OpenAPI document needs none.</noscript></div>
<script src="${at('swagger-ui-bundle.js')}"></script><script src="${at('page.js')}"></script>
</body></html>
`;
}

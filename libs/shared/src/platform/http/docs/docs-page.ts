import { createHash } from 'node:crypto';
import type { Node } from './openapi-problems.js';

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8884;border-radius:.4rem}
h2{margin-top:2.5rem;border-top:1px solid #8884;padding-top:1.5rem}h2 code{font-size:1.05rem}summary{cursor:pointer}
table{border-collapse:collapse;width:100%}td{border-top:1px solid #8883;padding:.35rem .75rem .35rem 0;vertical-align:top}td:first-child{white-space:nowrap}`;

/** The page contains its style and loads nothing: no script, font or picture. */
export const DOCS_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Operation {
  readonly summary: string;
  readonly description?: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
    readonly description: string;
  }[];
  readonly requestBody?: { readonly content: { readonly 'application/json': { readonly schema: Node; readonly example: Node } } };
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
}

/** The document as an HTML page. */
export function docsPage(document: Node): string {
  const { info, paths } = document as { readonly info: Readonly<Record<string, string>>; readonly paths: Readonly<Record<string, object>> };
  const sections = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([method, operation]) => section(method.toUpperCase(), path, operation)),
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe(info.title)} ${safe(info.version)}</title><style>${STYLE}</style></head>
<body><h1>${safe(info.title)} <small>${safe(info.version)}</small></h1><p>${safe(info.summary)} ${safe(info.description)}
The document itself: <a href="/docs/json">/docs/json</a> (OpenAPI 3.1).</p>
${sections.join('\n')}
</body></html>
`;
}

function section(method: string, path: string, operation: Operation): string {
  const { summary, description, parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json'];
  const rows = parameters.map(({ name, in: place, required, description: is }) => [
    `<code>${safe(name)}</code> ${place}${required === true ? ', required' : ''}`,
    safe(is),
  ]);
  const answers = Object.entries(responses).map(([status, { description: is }]) => [status, prose(is)]);
  return `<h2><code>${method} ${safe(path)}</code></h2><p><strong>${safe(summary)}.</strong> ${prose(description ?? '')}</p>
${table(rows)}${body === undefined ? '' : `<pre>${safe(JSON.stringify(body.example))}</pre><details><summary>Schema of the body</summary><pre>${safe(JSON.stringify(body.schema, null, 2))}</pre></details>`}
<details><summary>Answers: ${answers.map(([status]) => status).join(', ')}</summary>${table(answers)}</details>`;
}

const table = (rows: readonly (readonly (string | undefined)[])[]): string =>
  rows.length === 0 ? '' : `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`;
const prose = (words: string): string =>
  safe(words)
    .replace(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll('\n\n', '<br>');
const safe = (words = ''): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

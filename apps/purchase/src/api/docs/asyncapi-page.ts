import { createHash } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

const STYLE = `:root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.75rem;border:1px solid #8884;border-radius:.4rem}
h2{margin-top:2.5rem;border-top:1px solid #8884;padding-top:1.5rem}h2 code{font-size:1.05rem}summary{cursor:pointer}
table{border-collapse:collapse;width:100%}td{border-top:1px solid #8883;padding:.35rem .75rem .35rem 0;vertical-align:top}td:first-child{white-space:nowrap}`;

/** The page contains its style and loads nothing: no script, font or picture. */
export const NATS_PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

interface Message {
  readonly summary?: string;
  readonly headers: { readonly properties: Readonly<Record<string, { readonly description?: string; readonly enum?: readonly string[] }>> };
  readonly payload: Json;
}
interface Document {
  readonly info: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, { readonly address: string | null; readonly messages: Readonly<Record<string, Message>> }>>;
  readonly operations: Readonly<Record<string, { readonly summary: string }>>;
  readonly components: { readonly schemas: Readonly<Record<string, Json>> };
}

/** The AsyncAPI document as a page without scripts. */
export function natsPage(asyncapi: Json): string {
  const document = asyncapi as unknown as Document;
  const { info, operations, components } = document;
  const schemas = Object.entries(components.schemas).map(
    ([name, schema]) => `<details id="${name}"><summary><code>${name}</code></summary>${pre(schema)}</details>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${safe(info.title)} ${safe(info.version)}</title><style>${STYLE}</style></head>
<body><h1>${safe(info.title)} <small>${safe(info.version)}</small></h1><p>${safe(info.description)}</p>
<p>A tenant's NATS user is its authentication: it may publish to its own subjects and to no others. The body is JSON in UTF-8. Operations that change something need the header
<code>Idempotency-Key</code>; the same request with the same key gets the same answer. See also <a href="../docs">HTTP</a> and the <a href="nats/json">AsyncAPI document</a>.</p>
<pre>nats req admit.$ADMIT_TENANT.order.place -H 'Idempotency-Key: cart-4711' '{"sale":"gala-2027","buyer":"b-42","quantity":2}'</pre>
${Object.entries(operations)
  .map(([name, { summary }]) => section(name, summary, document))
  .join('\n')}
<h2>Schemas</h2>${schemas.join('\n')}
</body></html>
`;
}

function section(name: string, summary: string, { channels }: Document): string {
  const [channel, reply] = [channels[name], channels[`${name}.reply`]];
  const messages = [['request', channel?.messages.request] as const, ...Object.entries(reply?.messages ?? {})];
  const rows = messages.flatMap(([kind, message]) => (message === undefined ? [] : [row(kind, message)]));
  return `<h2 id="${name}"><code>${safe(channel?.address ?? '')}</code></h2><p>${safe(summary)}</p>
<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('')}</table>`;
}

function row(kind: string, { summary, headers, payload }: Message): readonly string[] {
  const named = Object.entries(headers.properties).map(
    ([header, { enum: values }]) => `<code>${header}${values === undefined ? '' : `: ${values.join(' | ')}`}</code>`,
  );
  return [
    kind,
    [kind === 'request' ? undefined : summary, bodyOf(payload), named.join('<br>')].filter((one) => one !== undefined).join('<br>'),
  ];
}

const REFERENCE = '#/components/schemas/';

function bodyOf(payload: Json): string {
  const { $ref, allOf } = payload as { readonly $ref?: string; readonly allOf?: readonly Json[] };
  if ($ref !== undefined) return `<a href="#${$ref.slice(REFERENCE.length)}">${$ref.slice(REFERENCE.length)}</a>`;
  const codes = (allOf?.[1]?.properties as { readonly code?: { readonly enum: readonly string[] } } | undefined)?.code?.enum;
  return codes === undefined ? pre(payload) : `${codes.map((code) => `<code>${code}</code>`).join(' ')}`;
}

const pre = (json: unknown): string => `<pre>${safe(JSON.stringify(json, null, 2))}</pre>`;
const safe = (words = ''): string => words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

import type { Lack } from '#shared/platform/topology/server-lacks.js';

/** The subject of a check. */
export interface Finding {
  readonly part: 'NATS' | 'streams' | 'Postgres' | 'Solana';
  /** The checked address, without its password. */
  readonly of: string;
  readonly lacks: readonly Lack[];
  /** The reason why nothing could be checked. */
  readonly skipped?: string;
}

/** An address for display: without user and password. */
export function shownUrl(url: string): string {
  if (!URL.canParse(url)) return 'an invalid URL';
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`;
}

/** The innermost error: outer errors only add where it happened. */
function innermost(thrown: unknown): unknown {
  let inner = thrown;
  while (inner instanceof Error && inner.cause !== undefined) inner = inner.cause;
  return inner instanceof AggregateError ? inner.errors[0] : inner;
}

/** The first line of its text. */
export function reasonOf(thrown: unknown): string {
  const inner = innermost(thrown);
  const [text = ''] = String(inner instanceof Error ? inner.message : inner).split('\n');
  return text;
}

/** The error code of Node or Postgres. */
export function codeOf(thrown: unknown): string {
  const { code } = innermost(thrown) as { readonly code?: unknown };
  return typeof code === 'string' ? code : '';
}

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Controller, Get, Req, Res, type Type } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sha256 } from '#shared/kernel/hash.js';
import { isKnown } from '#shared/platform/http/reply.js';

/** Written by scripts/build-page.mjs beside this file's folder. */
const FOLDER = join(import.meta.dirname, '..', '..', 'page');

export const PAGE_FILES = {
  '/': ['index.html', 'text/html; charset=utf-8'],
  '/page.js': ['page.js', 'text/javascript; charset=utf-8'],
  '/page.css': ['page.css', 'text/css; charset=utf-8'],
  '/icon.svg': ['icon.svg', 'image/svg+xml'],
} as const;

/** The page loads from its own origin only, runs no inline script, uses no inline style and is in no frame. */
export const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
  'Cache-Control': 'no-cache',
} as const;

/** The files of the page: public, since they hold nothing but the program. */
export const pageControllers = (): Type[] => Object.entries(PAGE_FILES).map(([path, [name, type]]) => controllerOf(path, name, type));

function controllerOf(path: string, name: string, type: string): Type {
  let file: { readonly bytes: Buffer; readonly gzip: Buffer; readonly etag: string } | undefined;
  const read = () => {
    const bytes = readFileSync(join(FOLDER, name));
    return { bytes, gzip: gzipSync(bytes), etag: `"${sha256(bytes)}"` };
  };

  @Controller()
  class PageController {
    @Get(path)
    serve(@Req() { headers }: FastifyRequest, @Res() reply: FastifyReply): void {
      file ??= read();
      reply.headers({ ...PAGE_HEADERS, 'Content-Type': type, ETag: file.etag, Vary: 'Accept-Encoding' });
      if (isKnown(file.etag, headers['if-none-match'])) reply.code(304).send();
      else if (/\bgzip\b/.test(headers['accept-encoding'] ?? '')) reply.header('Content-Encoding', 'gzip').send(file.gzip);
      else reply.send(file.bytes);
    }
  }
  return PageController;
}

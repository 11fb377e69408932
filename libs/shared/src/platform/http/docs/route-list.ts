import type { FastifyInstance } from 'fastify';

/** Every route of the server, to find the methods that a path supports. */
export class RouteList {
  private readonly routes = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();

  constructor(server: FastifyInstance) {
    server.addHook('onRoute', ({ method, url }) => {
      const route = this.routes.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
      for (const one of [method].flat()) route.methods.add(one);
      this.routes.set(url, route);
    });
  }

  /** The methods that a path supports; empty for an unknown path. */
  methodsAt(url: string): string[] {
    const [path = ''] = url.split('?', 1);
    return [...this.routes.values()].flatMap(({ pattern, methods }) => (pattern.test(path) ? [...methods] : [])).sort();
  }

  /** Every method and path, such as `POST /v1/sales`. */
  get all(): string[] {
    return [...this.routes].flatMap(([url, { methods }]) => [...methods].map((method) => `${method} ${url}`)).sort();
  }
}

const patternOf = (url: string): RegExp => new RegExp(`^${url.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/:[A-Za-z]+/g, '[^/]+')}$`);

import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

/** A webhook as it arrived. */
export interface Arrived {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

const arrived: Arrived[] = [];

/** Accepts every POST, and lists them in the response to a GET: `npm run test:compose` runs it in a container. */
const server = createServer(async (request, response) => {
  if (request.method === 'GET') {
    response.setHeader('Content-Type', 'application/json').end(JSON.stringify(arrived));
    return;
  }
  arrived.push({ headers: request.headers as Arrived['headers'], text: await text(request) });
  response.writeHead(204).end();
});
server.listen(Number(process.argv[2]));
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});

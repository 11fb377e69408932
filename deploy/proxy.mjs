// Gives an app one address on the host, however many containers of it there are: passes each connection on to one of them, in turn.
// It reads nothing of what it passes on. Plain JavaScript on purpose, like setup.mjs. Arguments: name targetPort port, for each app.
import { resolve4 } from 'node:dns/promises';
import { connect, createServer } from 'node:net';

const CONNECT_MS = 1_000; // within one network; a container that takes longer is stopping or starting

/** @param name of the service @param targetPort in its containers @param port here */
function serve(name, targetPort, port) {
  let turn = 0;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (client) => {
    client.on('error', () => client.destroy());
    void passOn(client);
  });

  async function passOn(client) {
    try {
      const upstream = await reach(await addressesInTurn(), targetPort);
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      upstream.on('close', () => client.destroy());
      client.pipe(upstream).pipe(client);
      client.resume();
    } catch (error) {
      process.stderr.write(`${name} cannot be reached: ${error.message}\n`);
      client.destroy();
    }
  }

  /** Every container of the app that runs now, another one first each time. */
  async function addressesInTurn() {
    const addresses = (await resolve4(name)).sort();
    turn = (turn + 1) % addresses.length;
    return [...addresses.slice(turn), ...addresses.slice(0, turn)];
  }

  server.listen(port, '0.0.0.0');
}

async function reach(addresses, port) {
  const problems = [];
  for (const address of addresses) {
    try {
      return await dial(address, port);
    } catch (error) {
      problems.push(error);
    }
  }
  throw new AggregateError(problems, problems.map(({ message }) => message).join(', '));
}

function dial(address, port) {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, allowHalfOpen: true, timeout: CONNECT_MS });
    const late = () => socket.destroy(new Error(`${address} did not answer within ${CONNECT_MS} ms`));
    socket.once('timeout', late).once('error', reject);
    socket.once('connect', () => {
      socket.setTimeout(0).off('timeout', late).off('error', reject);
      resolve(socket);
    });
  });
}

const words = process.argv.slice(2);
for (let at = 0; at < words.length; at += 3) serve(words[at], Number(words[at + 1]), Number(words[at + 2]));
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => process.exit(0));

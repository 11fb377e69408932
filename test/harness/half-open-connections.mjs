// Opens connections with half a request header and keeps each as long as the server permits. A separate process, because it needs as many
// file descriptors. node half-open-connections.mjs <port> <how many> [local address]; prints `opened <n>` once that many are open.
import { connect } from 'node:net';

const [port, count, localAddress = '127.0.0.1'] = process.argv.slice(2);
/** Connects under way at once: the backlog of a listening socket is a few hundred. */
const AT_ONCE = 200;
let begun = 0;
let opened = 0;

function open() {
  if (begun >= Number(count)) return;
  begun += 1;
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
  let isCounted = false;
  const next = () => {
    if (isCounted) return;
    isCounted = true;
    opened += 1;
    if (opened === Number(count)) process.stdout.write(`opened ${opened}\n`);
    open();
  };
  socket.on('connect', () => {
    socket.write('POST /v1/sales HTTP/1.1\r\nHost: here\r\nX-Half: ');
    next();
  });
  socket.on('error', next); // closed by the server, as it may
}

for (let index = 0; index < AT_ONCE; index += 1) open();
process.stdin.resume();
process.stdin.on('end', () => process.exit(0)); // ends with its parent process

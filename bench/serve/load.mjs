/**
 * Load on one address over keep-alive connections, in a process of its own: raw sockets and a fixed request, so that it is not what is
 * measured. `node load.mjs PORT PATH BODYFILE CONNECTIONS SECONDS [RATE]`; RATE (requests a second, all connections together) holds a
 * steady load, without it each connection asks again as soon as it has its answer. Prints one JSON line.
 */
import { readFileSync } from 'node:fs';
import net from 'node:net';

const [port, path, bodyFile, connections, seconds, rate] = process.argv.slice(2);
const body = readFileSync(bodyFile);
const request = Buffer.concat([Buffer.from(`POST ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`), body]);
const times = [];
let failed = 0;
const until = performance.now() + Number(seconds) * 1000;
const gap = rate === undefined ? 0 : (1000 * Number(connections)) / Number(rate);

function connect(index) {
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), '127.0.0.1');
    socket.setNoDelay(true);
    let due = performance.now() + (gap * index) / Number(connections);
    let sent = 0;
    let had = '';
    const send = () => {
      // Of a steady load the time counts from when the request was due, so that a slow answer is not hidden by asking later (Tene: coordinated omission).
      sent = gap === 0 ? performance.now() : due;
      socket.write(request);
    };
    const next = () => {
      if (performance.now() >= until) return socket.end(() => resolve());
      if (gap === 0) return send();
      due += gap;
      setTimeout(send, Math.max(0, due - performance.now()));
    };
    socket.on('data', (chunk) => {
      had += chunk.toString('latin1');
      const end = had.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(had)?.[1] ?? Number.NaN);
      if (Number.isNaN(length) ? !had.endsWith('0\r\n\r\n') : had.length < end + 4 + length) return;
      if (!had.startsWith('HTTP/1.1 200')) failed += 1;
      had = '';
      times.push(performance.now() - sent);
      next();
    });
    socket.on('error', () => {
      failed += 1;
      resolve();
    });
    socket.once('connect', () => (gap === 0 ? send() : setTimeout(send, Math.max(0, due - performance.now()))));
  });
}

const from = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, (_unused, index) => connect(index)));
const spent = performance.now() - from;
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))] ?? 0;
console.log(JSON.stringify({ requests: times.length, failed, perSecond: (1000 * times.length) / spent, p50: at(0.5), p99: at(0.99) }));

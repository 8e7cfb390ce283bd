// The floor: a TCP pipe that reads nothing. Arguments: port to listen on, port to connect to.
import { connect, createServer } from 'node:net';

const [listenPort, targetPort] = process.argv.slice(2).map(Number);

createServer({ noDelay: true }, (client) => {
  const server = connect({ host: '127.0.0.1', port: targetPort ?? 0, noDelay: true });
  client.pipe(server);
  server.pipe(client);
  client.on('error', () => server.destroy());
  server.on('error', () => client.destroy());
  client.on('close', () => server.destroy());
  server.on('close', () => client.destroy());
}).listen(listenPort, '127.0.0.1');
process.on('disconnect', () => process.exit(0));

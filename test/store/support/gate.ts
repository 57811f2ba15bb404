import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that can be shut and opened. */
export interface Gate {
  readonly url: string;
  shut(): void;
  open(): void;
  end(): void;
}

/** Puts a gate in front of the server of `url`. Shutting it breaks the connections that go through. */
export async function gateTo(url: string): Promise<Gate> {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const kept = (socket: Socket): Socket => {
    sockets.add(socket);
    return socket.on('error', () => socket.destroy()).on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    if (isOpen)
      kept(client)
        .pipe(kept(connect(Number(port || 3306), hostname)))
        .pipe(client);
    else client.destroy();
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const through = new URL(url);
  through.hostname = '127.0.0.1';
  through.port = String((server.address() as AddressInfo).port);
  const shut = () => {
    isOpen = false;
    sockets.forEach((socket) => socket.destroy());
  };
  return {
    url: through.href,
    shut,
    open: () => (isOpen = true),
    end: () => {
      shut();
      server.close();
    },
  };
}

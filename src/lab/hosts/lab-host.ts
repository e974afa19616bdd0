import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server as NetServer, Socket } from 'node:net';
import ssh2 from 'ssh2';
import type { AuthContext, Connection, ParsedKey, ServerChannel, Session } from 'ssh2';
import { failure } from '../../contract/errors.ts';
import { newPrivateKey } from './lab-keys.ts';
import type { NodeName } from '../gds/lab-model.ts';
import type { Machine } from './machine.ts';
import { type ByteReader, type ByteWriter, Descriptors, OpenFile } from './open-file.ts';
import { signalNumbers } from './processes.ts';
import { readsScript, receivedCommand } from './received-command.ts';
import type { ReceivedCommand } from './received-command.ts';
import { readWhole, runAsProcess, runShell } from './shell.ts';
import { ShellState, withAssignments } from './shell-state.ts';
import { ChannelStreams } from './ssh-streams.ts';
import type { BulkGuard } from './ssh-streams.ts';
import { breakOff, writeInBatches } from './written-batches.ts';

/** The only user of a lab host. */
export const labUser = 'root';

/** Of that user, for hosts that ask for one; it is not a secret. */
const labPassword = 'shadowtape';

/** A command line that a host was sent, and how it ended. */
export interface CommandEvent extends ReceivedCommand {
  readonly phase: 'started' | 'ended';
  /** The port that the command's connection comes from: distinguishes one client from another. */
  readonly client: number;
  readonly status?: number;
}

export interface HostOptions {
  readonly machine: Machine;
  readonly hostKey: string;
  readonly clientKey: ParsedKey;
  /** Its promise is awaited: before the command runs, or before its end is reported. */
  readonly onCommand: (event: CommandEvent) => Promise<unknown> | void;
}

/** Holds back what is written, and passes half of it on at the end. */
class HalfOutput implements ByteWriter {
  readonly #output: ByteWriter;
  readonly #held: Buffer[] = [];

  constructor(output: ByteWriter) {
    this.#output = output;
  }

  readonly write = (bytes: Buffer | string): Promise<void> => {
    // the writer may use its bytes again
    this.#held.push(typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes));
    return Promise.resolve();
  };

  async send(): Promise<void> {
    const whole = Buffer.concat(this.#held);
    if (whole.length > 1) await this.#output.write(whole.subarray(0, Math.floor(whole.length / 2)));
  }
}

/** Reads a text. */
function textReader(text: string): ByteReader {
  let left = Buffer.from(text);
  return {
    read(limit) {
      const taken = left.subarray(0, limit);
      left = left.subarray(taken.length);
      return Promise.resolve(taken);
    },
  };
}

/** The three open files of a channel's shell, and when the last process has closed its output and errors. */
function filesOf(streams: Pick<ChannelStreams, 'input' | 'output' | 'errors'>): {
  descriptors: Descriptors;
  outputClosed: Promise<unknown>;
} {
  const closings: Promise<void>[] = [];
  const outgoing = ({ write }: ByteWriter): OpenFile => {
    let close = (): void => undefined;
    closings.push(new Promise((resolve) => (close = resolve)));
    return new OpenFile({ write, close: () => close() });
  };
  const descriptors = new Descriptors([
    [0, new OpenFile({ read: streams.input.read })],
    [1, outgoing(streams.output)],
    [2, outgoing(streams.errors)],
  ]);
  return { descriptors, outputClosed: Promise.all(closings) };
}

/** One host's ssh server on loopback. Every command line runs in a shell of its machine. */
interface Reservation {
  end(): void;
}

/**
 * Keeps a port without listening there: as the local end of a connection elsewhere. Another server on a free port would
 * otherwise eventually get this one, and be mistaken for the host that is down.
 */
async function reserve(port: number): Promise<Reservation> {
  const peer = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(peer, 'listening');
  const own = connect({
    port: (peer.address() as AddressInfo).port,
    host: '127.0.0.1',
    localAddress: '127.0.0.1',
    localPort: port,
  });
  own.on('error', () => {});
  await once(own, 'connect');
  own.unref();
  peer.unref();
  const end = () => {
    own.resetAndDestroy();
    peer.close();
  };
  return { end };
}

export class LabHost {
  readonly #options: HostOptions;
  readonly #sockets = new Set<Socket>();
  readonly #connections = new Set<Connection>();
  /** Broken ones whose end the host does not notice. */
  readonly #unnoticed = new WeakSet<Socket>();
  /** The key that a fault makes it show: like that of a reinstalled host. */
  #changedKey: string | undefined;
  #listener: NetServer | undefined;
  /** Keeps the port while nothing listens there. */
  #reservation: Reservation | undefined;
  #port = 0;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  get node(): NodeName {
    return this.#options.machine.node;
  }

  get port(): number {
    return this.#port;
  }

  /**
   * Begins to listen, on the same port again after `stopListening`.
   * @param port 0: any that is free
   * @throws LAB_PORT_TAKEN
   */
  async listen(port: number): Promise<void> {
    if (this.#listener) return;
    this.#reservation?.end();
    this.#reservation = undefined;
    const listener = createServer((socket) => this.#accept(socket));
    await new Promise<void>((resolve, reject) => {
      listener.once('error', (error) => {
        reject(
          failure('LAB_PORT_TAKEN', { port, reason: (error as NodeJS.ErrnoException).code ?? error.message }),
        );
      });
      listener.listen(port, '127.0.0.1', resolve);
    });
    this.#listener = listener;
    const address = listener.address();
    this.#port = typeof address === 'object' && address ? address.port : port;
  }

  /** Stops listening and breaks every connection. Another server does not get this port meanwhile. */
  async stopListening(): Promise<void> {
    await this.close();
    this.#reservation = await reserve(this.#port);
  }

  /** Stops listening for good. */
  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#reservation?.end();
    this.#reservation = undefined;
    this.breakConnections();
    await new Promise<void>((resolve) => (listener ? listener.close(() => resolve()) : resolve()));
  }

  /**
   * Breaks every connection without closing it.
   * @param notice false: the host does not notice, like an sshd with a silent client: processes that wait for their
   *   input keep running
   */
  breakConnections(notice = true): void {
    for (const socket of this.#sockets) {
      if (!notice) this.#unnoticed.add(socket);
      breakOff(socket);
    }
  }

  /** Starts a rekey on every open connection, with another host key. Connections that are made later find the usual one. */
  switchHostKey(): void {
    for (const connection of this.#connections) {
      // ssh2's server has no way to change its keys; this object belongs to the one connection.
      const { _protocol: protocol } = connection as unknown as { _protocol: { _hostKeys: object } };
      const switched = ssh2.utils.parseKey(newPrivateKey('a switched host key'));
      protocol._hostKeys = Object.fromEntries(
        Object.keys(protocol._hostKeys).map((algorithm) => [algorithm, switched]),
      );
      connection.rekey();
    }
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.setNoDelay(true);
    writeInBatches(socket);
    const { machine, hostKey } = this.#options;
    const isChanged = machine.world.faults.has('host-key-changed', machine.node);
    const shown = isChanged ? (this.#changedKey ??= newPrivateKey('a changed host key')) : hostKey;
    new ssh2.Server({ hostKeys: [shown] }, (connection) => this.#serve(connection, socket)).injectSocket(
      socket,
    );
  }

  #serve(connection: Connection, socket: Socket): void {
    const closeAll = new Set<() => void>();
    this.#connections.add(connection);
    connection.on('error', () => socket.destroy());
    connection.on('close', () => {
      this.#connections.delete(connection);
      for (const close of closeAll) close();
    });
    const { machine } = this.#options;
    connection.on('authentication', (context) => void machine.up.then(() => this.#authenticate(context)));
    let channels = 0;
    connection.on('session', (accept, reject) => {
      const most = machine.world.faults.numberOf('max-sessions', machine.node) ?? Infinity;
      if (channels >= most) return reject();
      channels += 1;
      const session = accept();
      session.on('close', () => (channels -= 1));
      session.on('exec', (acceptExec, _reject, { command }) => {
        void this.#execute(command, acceptExec(), session, socket, closeAll);
      });
    });
  }

  #authenticate(context: AuthContext): void {
    const { machine, clientKey } = this.#options;
    const { faults } = machine.world;
    if (faults.has('asks-password', machine.node)) {
      const isRight = context.method === 'password' && context.password === labPassword;
      if (isRight && context.username === labUser) context.accept();
      else context.reject(['password']);
      return;
    }
    const isRefused = faults.has('login-refused', machine.node);
    if (context.method !== 'publickey' || context.username !== labUser || isRefused) {
      context.reject(['publickey']);
      return;
    }
    const known = clientKey.getPublicSSH();
    const isKnown = known.length === context.key.data.length && timingSafeEqual(known, context.key.data);
    const { blob, signature } = context;
    if (!isKnown || (signature && blob && clientKey.verify(blob, signature, context.hashAlgo) !== true)) {
      context.reject(['publickey']);
      return;
    }
    context.accept();
  }

  async #execute(
    line: string,
    channel: ServerChannel,
    session: Session,
    socket: Socket,
    closeAll: Set<() => void>,
  ): Promise<void> {
    const { machine, onCommand } = this.#options;
    const streams = new ChannelStreams(channel, this.#guard(socket));
    const closed = (): void => streams.closed();
    closeAll.add(closed);
    session.on('close', closed);
    // the exit status is sent when the shell has ended; the channel closes when no process holds its output any more:
    // like sshd's
    const script = readsScript(line) ? await readWhole(streams.input) : undefined;
    const received = { ...receivedCommand(this.node, line, script), client: socket.remotePort ?? 0 };
    const cut = machine.world.faults.forCommand(this.node, received.line.split(' '), ['cut-once']);
    const half = cut ? new HalfOutput(streams.output) : undefined;
    const input = script === undefined ? streams.input : textReader(script);
    const files = filesOf({ input, output: half ?? streams.output, errors: streams.errors });
    const boot = machine.boots;
    await onCommand({ ...received, phase: 'started' });
    // the machine may have rebooted while it was held back: the command went down with it
    if (machine.boots !== boot) return;
    if (machine.world.faults.has('greeting', this.node))
      await streams.output.write(`Welcome to ${this.node}, ${labUser}\n`);
    const process = machine.processes.start(`sh -c ${line}`, undefined, (self) => {
      const environment = this.#loginEnvironment();
      const place = { machine, process: self, directory: '/root', environment, files: files.descriptors };
      return runAsProcess(place, () => runShell(place, ['-c', line]));
    });
    session.on('signal', (acceptSignal, _reject, { name }) => {
      acceptSignal?.();
      for (const one of machine.processes.all().filter(({ group }) => group === process.group))
        one.signal(signalNumbers[name] ?? 0);
    });
    const status = await process.ended;
    await onCommand({ ...received, phase: 'ended', status });
    await half?.send();
    channel.exit(status);
    // truncated output does not end: the channel stays open until the other side closes it
    if (half) return;
    await files.outputClosed;
    closeAll.delete(closed);
    channel.end();
  }

  /** What sshd gives a login: on a host with a language, LANG as well. */
  #loginEnvironment(): ReadonlyMap<string, string> {
    const { machine } = this.#options;
    const locale = machine.world.faults.localeOf(machine.node);
    const added = locale === undefined ? [] : [`LANG=${locale}`];
    return withAssignments(ShellState.firstEnvironment, added);
  }

  /** Watches the fault `connection-lost` for one channel. */
  #guard(socket: Socket): BulkGuard {
    const { machine } = this.#options;
    const { faults } = machine.world;
    let passed = 0;
    const left = (): number | undefined => {
      const limit = faults.numberOf('connection-lost', machine.node);
      return limit === undefined ? undefined : Math.max(0, limit - passed);
    };
    return {
      left,
      isSilent: () => this.#unnoticed.has(socket),
      passed: (bytes) => {
        const isOver = (left() ?? Infinity) <= bytes;
        passed += bytes;
        if (!isOver) return;
        faults.takeOnce('connection-lost', machine.node);
        breakOff(socket);
      },
    };
  }
}

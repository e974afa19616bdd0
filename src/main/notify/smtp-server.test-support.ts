/** A mail server on loopback that keeps what it receives: as much of RFC 5321 as one message needs. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';

export interface SmtpServerOptions {
  /** Requires AUTH PLAIN (RFC 4616), and accepts only this. */
  readonly login?: { readonly user: string; readonly password: string };
  /** Refuses these receivers. */
  readonly refuses?: readonly string[];
  /** Accepts the connection, and never answers. */
  readonly silent?: boolean;
}

interface TakenMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body, without the dot stuffing. */
  readonly text: string;
}

export interface SmtpServer {
  readonly port: number;
  readonly mails: readonly TakenMail[];
  /** Every line that clients have sent outside of a message. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

class SmtpTalk {
  readonly #socket: Socket;
  readonly #options: SmtpServerOptions;
  readonly #mails: TakenMail[];
  readonly #lines: string[];
  #from = '';
  #to: string[] = [];
  #data: string[] | undefined;
  #rest = '';

  constructor(socket: Socket, options: SmtpServerOptions, mails: TakenMail[], lines: string[]) {
    this.#socket = socket;
    this.#options = options;
    this.#mails = mails;
    this.#lines = lines;
    this.#say('220 mail.test');
  }

  hear(piece: string): void {
    const lines = (this.#rest + piece).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#data) this.#hearData(this.#data, line);
      else this.#answer(line);
    }
  }

  #say(line: string): void {
    this.#socket.write(`${line}\r\n`);
  }

  #hearData(data: string[], line: string): void {
    if (line !== '.') {
      data.push(line.replace(/^\./, ''));
      return;
    }
    this.#mails.push({ from: this.#from, to: this.#to, text: data.join('\n') });
    this.#data = undefined;
    this.#say('250 taken');
  }

  #answer(line: string): void {
    this.#lines.push(line);
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    switch (verb) {
      case 'EHLO':
        this.#say('250-mail.test');
        this.#say(this.#options.login ? '250 AUTH PLAIN' : '250 8BITMIME');
        break;
      case 'AUTH':
        this.#authenticate(line.split(' ')[2] ?? '');
        break;
      case 'MAIL':
        this.#from = address;
        this.#to = [];
        this.#say('250 good');
        break;
      case 'RCPT':
        if (this.#options.refuses?.includes(address)) this.#say(`550 no ${address} here`);
        else {
          this.#to.push(address);
          this.#say('250 good');
        }
        break;
      case 'DATA':
        this.#data = [];
        this.#say('354 go on');
        break;
      case 'QUIT':
        this.#say('221 bye');
        this.#socket.end();
        break;
      default:
        this.#say('500 what?');
    }
  }

  /** A server that echoes what it received is the one that secrets must be protected from. */
  #authenticate(token: string): void {
    const { user, password } = this.#options.login ?? { user: '', password: '' };
    const [, givenUser, givenPassword] = Buffer.from(token, 'base64').toString('utf8').split('\0');
    if (givenUser === user && givenPassword === password) this.#say('235 welcome');
    else this.#say(`535 not you: ${token} (${givenPassword})`);
  }
}

export async function startSmtpServer(options: SmtpServerOptions = {}): Promise<SmtpServer> {
  const mails: TakenMail[] = [];
  const lines: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    if (options.silent) return;
    const talk = new SmtpTalk(socket, options, mails, lines);
    socket.setEncoding('utf8').on('data', (piece: string) => talk.hear(piece));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    mails,
    lines,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/**
 * A second console of this program, in a process of its own: another operator at another machine. It reaches the lab's hosts by ports of its
 * own, so that the lab can tell whose commands it receives.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import type { Scene, SiteTree } from './lab-run.ts';
import type { ConsoleAnswer, ConsoleOrder } from './second-console-process.ts';

export type { ConsoleAnswer, ConsoleOrder };

/** A port that leads to a host of the lab. */
class Detour {
  readonly #server: Server;
  readonly #clients: Set<number>;

  private constructor(server: Server, clients: Set<number>) {
    this.#server = server;
    this.#clients = clients;
  }

  static async open(to: number): Promise<Detour> {
    const clients = new Set<number>();
    const server = createServer((near) => {
      let client = 0;
      const far = connect(to, '127.0.0.1', () => {
        client = far.localPort ?? 0;
        clients.add(client);
      });
      // The port may be given to another connection.
      far.on('close', () => clients.delete(client));
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.setNoDelay(true);
        one.on('error', () => other.destroy());
        one.on('close', () => other.destroy());
      }
      near.pipe(far).pipe(near);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Detour(server, clients);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** @param client the port that a connection with the lab comes from */
  leads(client: number): boolean {
    return this.#clients.has(client);
  }

  close(): void {
    this.#server.close();
  }
}

export class SecondConsole {
  readonly #scene: Scene;
  readonly #process: ChildProcess;
  readonly #detours: ReadonlyMap<number, Detour>;

  private constructor(scene: Scene, process: ChildProcess, detours: ReadonlyMap<number, Detour>) {
    this.#scene = scene;
    this.#process = process;
    this.#detours = detours;
  }

  static async open(scene: Scene): Promise<SecondConsole> {
    const detours = new Map<number, Detour>();
    for (const { port } of scene.lab.hosts) detours.set(port, await Detour.open(port));
    const program = join(import.meta.dirname, 'second-console-process.ts');
    const child = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: [] });
    await once(child, 'message');
    return new SecondConsole(scene, child, detours);
  }

  /** @param client see CommandEvent @returns true if the connection is one of the second console's */
  isOwn(client: number): boolean {
    return [...this.#detours.values()].some((detour) => detour.leads(client));
  }

  /**
   * @param order what it has to do; `site` and `state` are filled in
   * @param change of the site, as the first console has it
   * @param isSameFolder true if it has the state folder of the first console
   * @param backupServer its name of the backup server
   */
  async do(
    order: Omit<ConsoleOrder, 'site' | 'state'>,
    change: (site: SiteTree) => void,
    { isSameFolder, backupServer }: { readonly isSameFolder: boolean; readonly backupServer: string },
  ): Promise<ConsoleAnswer> {
    const { folder, state } = this.#scene;
    const tree = parse(await readFile(await this.#scene.writeSite(change), 'utf8')) as SiteTree;
    for (const host of Object.values(tree.hosts))
      host['port'] = this.#detours.get(Number(host['port']))?.port;
    const renamed = Object.entries(tree.hosts).map(
      ([name, host]) => [name === 'node3' ? backupServer : name, host] as const,
    );
    tree.hosts = Object.fromEntries(renamed);
    if (tree.tape['host'] === 'node3') tree.tape['host'] = backupServer;
    const site = join(folder, 'second-site.yaml');
    await writeFile(site, stringify(tree));
    const answered = once(this.#process, 'message');
    this.#process.send({ ...order, site, state: isSameFolder ? state.path : join(folder, 'second') });
    const [answer] = (await answered) as [ConsoleAnswer];
    return answer;
  }

  async close(): Promise<void> {
    const over = once(this.#process, 'exit');
    this.#process.disconnect();
    await over;
    for (const detour of this.#detours.values()) detour.close();
  }
}

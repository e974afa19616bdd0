/**
 * Reads ssh_config(5) for one host: which lines concern it, in which order (readconf.c, read_config_file). The first value of a keyword wins.
 * Lines that do not concern the host are not judged, so that a mistake there fails no other host.
 */
import type { SshConfiguration } from './config-files.ts';
import { parseLines } from './config-lines.ts';
import type { ConfigLine, LinePlace } from './config-lines.ts';
import { judgeMatch } from './config-match.ts';
import type { MatchFacts } from './config-match.ts';
import { matchesHostLine } from './config-patterns.ts';
import { ConfigProblem, placed } from './config-problem.ts';
import { expandPercent } from './config-tokens.ts';
import type { LocalUser } from './config-tokens.ts';
import { deepestInclude, includedFiles } from './included-files.ts';
import { phrase } from '../../../contract/text/say.ts';

/** One keyword with its value. */
export interface Setting {
  readonly place: LinePlace;
  /** The keyword as it is written. */
  readonly name: string;
  /** All that follows the keyword, as it is written. */
  readonly text: string;
  /** At least one. */
  readonly words: readonly string[];
}

/** Who is asked for, and what is known of the host without any file. */
export interface Asked {
  readonly alias: string;
  readonly user?: string | undefined;
  readonly port?: number | undefined;
}

/** Other names of keywords (readconf.c, keywords). */
const otherNames: Readonly<Record<string, string>> = {
  identityfile2: 'identityfile',
  dsaauthentication: 'pubkeyauthentication',
  challengeresponseauthentication: 'kbdinteractiveauthentication',
  keyboardinteractiveauthentication: 'kbdinteractiveauthentication',
  skeyauthentication: 'kbdinteractiveauthentication',
  tisauthentication: 'kbdinteractiveauthentication',
  pubkeyacceptedkeytypes: 'pubkeyacceptedalgorithms',
  hostbasedkeytypes: 'hostbasedacceptedalgorithms',
};

/** Keywords of which every value counts. */
const manyValues = ['identityfile', 'certificatefile'];

/** Keywords of which `none` leaves room for a later value (readconf.c, parse_time). */
const openWithNone = ['connecttimeout', 'serveraliveinterval'];

interface Around {
  readonly isUsers: boolean;
  readonly depth: number;
  /** True within an Include of a section that does not concern the host. */
  readonly neverMatches: boolean;
}

/** The settings of one host; a second pass adds to those of the first. */
export class ConfigReading {
  readonly #configuration: SshConfiguration;
  readonly #asked: Asked;
  readonly #local: LocalUser;
  readonly #runsExec: boolean;
  readonly #settings = new Map<string, Setting[]>();
  #isFinal = false;
  /** What `Host` is compared with: the alias; in the final pass what HostName made of it. */
  #host: string;
  /** True if a `Match final` wants a second pass. */
  wantsFinal = false;

  constructor(configuration: SshConfiguration, asked: Asked, local: LocalUser, runsExec: boolean) {
    this.#configuration = configuration;
    this.#asked = asked;
    this.#local = local;
    this.#runsExec = runsExec;
    this.#host = asked.alias;
  }

  /** @returns the first value of a keyword, which is written in lowercase */
  first(keyword: string): Setting | undefined {
    return this.#settings.get(keyword)?.[0];
  }

  /** Every value of IdentityFile or CertificateFile. */
  all(keyword: string): readonly Setting[] {
    return this.#settings.get(keyword) ?? [];
  }

  /** All keywords that are set, in lowercase. */
  get keywords(): string[] {
    return [...this.#settings.keys()];
  }

  /**
   * Reads all files.
   * @param finalHost the host's name, where this is the second pass
   * @throws ConfigProblem
   */
  pass(finalHost?: string): void {
    this.#isFinal = finalHost !== undefined;
    if (finalHost !== undefined) this.#host = finalHost;
    const { userFile, systemFile } = this.#configuration;
    this.#file(userFile, true, { isUsers: true, depth: 0, neverMatches: false });
    if (systemFile !== undefined)
      this.#file(systemFile, true, { isUsers: false, depth: 0, neverMatches: false });
  }

  #file(path: string, isActive: boolean, around: Around): void {
    const file = this.#configuration.files.read(path);
    if (file === undefined) return;
    // OpenSSH trusts the system-wide file as it is.
    if (file.isWritableByOthers && (around.isUsers || around.depth > 0))
      throw new ConfigProblem(phrase('{path} may be written to by other users', { path }));
    let active = isActive;
    for (const line of parseLines(file.text, path)) {
      active = placed(line.place, this.#local.homeFolder, () => this.#line(line, active, around));
    }
  }

  /** @returns whether the next line concerns the host */
  #line(line: ConfigLine, active: boolean, around: Around): boolean {
    const { keyword, words } = line;
    const decides = keyword === 'host' || keyword === 'match' || keyword === 'include';
    if (!active && !decides) return false;
    if (words === undefined) throw new ConfigProblem(phrase('unclosed quote'));
    if (line.text.trim() === '')
      throw new ConfigProblem(phrase('{name} has no argument', { name: line.name }));
    if (keyword === 'host') return !around.neverMatches && matchesHostLine(this.#host, words);
    if (keyword === 'match') return this.#match(line.text) && !around.neverMatches;
    if (keyword === 'include') this.#include(words, active, around);
    else this.#set(line, words);
    return active;
  }

  #match(text: string): boolean {
    const { matches, wantsFinal } = judgeMatch(text, this.#facts());
    if (wantsFinal) this.wantsFinal = true;
    return matches;
  }

  #facts(): MatchFacts {
    const hostName = this.first('hostname')?.words[0];
    const named = hostName === undefined ? this.#host : expandPercent(hostName, { h: this.#host });
    return {
      destination: {
        alias: this.#asked.alias,
        address: this.#isFinal ? this.#host : named,
        port: this.#asked.port ?? (Number(this.first('port')?.words[0] ?? 22) || 22),
        user: this.#asked.user ?? this.first('user')?.words[0] ?? this.#local.name,
        hostKeyAlias: this.first('hostkeyalias')?.words[0],
      },
      local: this.#local,
      isFinal: this.#isFinal,
      tag: this.first('tag')?.words[0] ?? '',
      runsExec: this.#runsExec,
    };
  }

  #include(patterns: readonly string[], active: boolean, around: Around): void {
    if (around.depth >= deepestInclude) throw new ConfigProblem(phrase('Include nested too deeply'));
    const inner = { ...around, depth: around.depth + 1, neverMatches: around.neverMatches || !active };
    for (const pattern of patterns) {
      for (const path of includedFiles(this.#configuration, this.#local, pattern, around.isUsers))
        this.#file(path, active, inner);
    }
  }

  #set({ place, name, text, keyword: written }: ConfigLine, words: readonly string[]): void {
    const keyword = otherNames[written] ?? written;
    const setting = { place, name, text, words };
    const known = this.#settings.get(keyword);
    if (openWithNone.includes(keyword) && words[0] === 'none') return;
    if (keyword === 'proxyjump' && this.first('proxycommand')) return;
    if (keyword === 'proxycommand' && this.#hasJump()) return;
    if (known === undefined) this.#settings.set(keyword, [setting]);
    else if (manyValues.includes(keyword) && !known.some((other) => other.words[0] === words[0]))
      known.push(setting);
  }

  /** The first of ProxyJump and ProxyCommand wins; `ProxyJump none` leaves the way open. */
  #hasJump(): boolean {
    const jump = this.first('proxyjump');
    return jump !== undefined && jump.words[0]?.toLowerCase() !== 'none';
  }
}

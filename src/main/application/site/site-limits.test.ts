/** Site files that are made to block the process in which a dump runs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readDraft } from './site-draft.ts';
import { parseSite, parseYaml, readSite } from '../../site/site-file.ts';
import { sampleSiteText } from '../../site/site.test-support.ts';

const lines = (count: number, line: (number: number) => string) =>
  Array.from({ length: count }, (_, number) => `${line(number)}\n`).join('');

/** A separate set of keys. */
const keys = (count: number) => `many:\n${lines(count, (number) => `  key${number}: ${number}`)}`;

/** Milliseconds on the processor: other work of the machine does not count. */
function spent(work: () => void): number {
  const before = process.cpuUsage();
  try {
    work();
  } catch {
    // The refusal itself is not measured.
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe('a site file with very many keys', () => {
  it('is read in a time that grows with its length, not with its square', () => {
    spent(() => parseYaml('site.yaml', keys(1000)));
    const [few, many] = [1000, 9000].map((count) => spent(() => parseYaml('site.yaml', keys(count))));
    // Nine times the length takes nine times as long, or 81 times if each key is compared with every other.
    expect(many).toBeLessThan(30 * Math.max(few ?? 0, 20));
  });

  it('is refused if no site could have that many', () => {
    expect(() => parseSite('site.yaml', keys(10_000))).toThrow(
      expect.objectContaining({
        code: 'SITE_FILE_TOO_LARGE',
        message: 'site.yaml is too large for a site file: it has more than 10,000 keys',
      }) as Error,
    );
  });

  it('is refused for its length before it is parsed, and before it is read', async () => {
    const reason = 'site.yaml is too large for a site file: it has more than 500,000 characters';
    expect(() => parseSite('site.yaml', '#'.repeat(500_001))).toThrow(reason);
    const folder = await mkdtemp(join(tmpdir(), 'shadowtape-site-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'site.yaml');
    await writeFile(file, '#'.repeat(2_000_001));
    await expect(readSite(file)).rejects.toMatchObject({ code: 'SITE_FILE_TOO_LARGE' });
  });

  it('is judged as a draft without parsing it once for each trouble', () => {
    const hosts = lines(3000, (number) => `  host${number}: { role: nobody }`);
    const text = sampleSiteText.replace('hosts:', `hosts:\n${hosts}`.trimEnd());
    const { troubles } = readDraft(text);
    expect(troubles).toHaveLength(100);
    expect(troubles[0]).toMatchObject({ path: 'hosts.host0.role', line: 4 });
  });
});

describe('a key that occurs twice', () => {
  it('is found at any place, with its position', () => {
    const twice = (text: string) => () => parseYaml('site.yaml', text);
    const refused = (line: number, column: number) =>
      `site.yaml is not valid YAML: line ${line}, column ${column}: this key appears twice`;
    expect(twice('a: 1\nb: 2\na: 3\n')).toThrow(refused(3, 1));
    expect(twice('a:\n  - { x: 1, y: 2, x: 3 }\n')).toThrow(refused(2, 19));
    expect(twice('1: a\n"1": b\n')).toThrow(refused(2, 1));
  });
});

describe('very many aliases', () => {
  it('are refused at once', () => {
    const text = `a: &a 1\n${lines(5000, (number) => `b${number}: *a`)}`;
    expect(spent(() => parseYaml('site.yaml', text))).toBeLessThan(5000);
    expect(() => parseYaml('site.yaml', text)).toThrow('its anchors and aliases unfold into more than');
  });

  it('are resolved to an anchor before them, on any node', () => {
    expect(parseYaml('f', 'a: &a 1\nb: *a\nc: &c { x: *a }\nd: *c\ne: &e [1]\nf: *e\n')).toEqual({
      ...{ a: 1, b: 1, c: { x: 1 }, d: { x: 1 }, e: [1], f: [1] },
    });
    expect(() => parseYaml('f', 'b: *a\na: &a 1\n')).toThrow('there is no anchor &a before *a');
  });
});

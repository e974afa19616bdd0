/** The rates that `check --rate` measured, kept in the state folder for later plans. */
import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { ownFlags } from '../journal/own-files.ts';
import type { MeasuredRate } from '../procedure/model/route-expectation.ts';

const ratesSchema = z.record(
  z.string(),
  z.object({
    read: z.number().positive(),
    write: z.number().positive(),
    digests: z.object({ cksum: z.number().positive(), sha256: z.number().positive() }).partial().optional(),
  }),
);

/** Site's name and host, since two sites may both have a node3. */
const keyOf = (site: string, host: string) => `${site}/${host}`;

async function readAll(file: string): Promise<Record<string, MeasuredRate>> {
  try {
    return ratesSchema.parse(JSON.parse(await readFile(file, { encoding: 'utf8', flag: ownFlags.read })));
  } catch {
    // Not measured yet, or not readable: a plan without rates says so.
    return {};
  }
}

/** Host -> rate, of one site. */
export async function readRates(
  file: string,
  site: string,
  hosts: readonly string[],
): Promise<Record<string, MeasuredRate>> {
  const all = await readAll(file);
  return Object.fromEntries(
    hosts.flatMap((host) => {
      const rate = all[keyOf(site, host)];
      return rate ? [[host, rate]] : [];
    }),
  );
}

export async function keepRate(file: string, site: string, host: string, rate: MeasuredRate): Promise<void> {
  const all = await readAll(file);
  await writeFile(file, `${JSON.stringify({ ...all, [keyOf(site, host)]: rate }, undefined, 2)}\n`, {
    mode: 0o600,
    flag: ownFlags.rewrite,
  });
}

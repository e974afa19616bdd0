/**
 * The channel map: what a screen may ask of the console. It types both ends; the preload and the main process are loops over it.
 * Errors of the table cross as plain data, with code, sentence, hint and evidence.
 */
import { z } from 'zod';
import { isFailure, type ErrorInfo } from './errors.ts';
import type { Plan } from './plan.ts';

/** Channel -> schema of its request, checked on the main side. */
export const requestSchemas = {
  site: z.strictObject({}),
  plan: z.strictObject({ job: z.string().max(200) }),
} as const;

export type Channel = keyof typeof requestSchemas;
export type RequestOf<Name extends Channel> = z.output<(typeof requestSchemas)[Name]>;

/** What a screen shows of the site. */
export interface SiteInfo {
  readonly name: string;
  readonly isLab: boolean;
  readonly hosts: readonly string[];
  readonly jobs: readonly string[];
  readonly version: string;
}

export interface Responses {
  readonly site: SiteInfo;
  readonly plan: Plan;
}

export const channels = Object.keys(requestSchemas) as Channel[];

export type Reply<Name extends Channel> =
  { readonly result: Responses[Name] } | { readonly error: ErrorInfo };

/** What the preload puts into the page. */
export type Bridge = { readonly [Name in Channel]: (request: RequestOf<Name>) => Promise<Reply<Name>> };

/** The plain form of whatever was thrown. */
export function errorInfoOf(error: unknown): ErrorInfo {
  if (isFailure(error)) return error.toInfo();
  const sentence = error instanceof Error ? error.message : String(error);
  return {
    code: 'UNEXPECTED',
    sentence: `likely a mistake in shadowtape: ${sentence}`,
    hint: 'please report it',
    evidence: {},
  };
}

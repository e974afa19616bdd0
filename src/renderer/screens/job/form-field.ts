/** A field of a form of the site file: its place, its input, and its notes. */
import type { SiteEditor } from '../../managers/site-editor.svelte.ts';
import type { Path } from '../../site-text/site-edit.ts';
import type { Value } from '../../site-text/yaml-text.ts';
import type { Choice } from './job-words.ts';

/** The values of the part of the file that a form shows, by keys such as `media.layout`. */
export interface Said {
  /** Empty if there is none. */
  text(key: string): string;
  value(key: string): Value | undefined;
}

type Words = string | ((said: Said) => string);

export interface Field {
  /** Below the part of the file that the form shows: `media.layout`. */
  readonly key: string;
  readonly label: string;
  /** `host` is a choice of the file's hosts, `commands` has one per line. */
  readonly kind?: 'text' | 'number' | 'switch' | 'choice' | 'commands' | 'host';
  readonly choices?: readonly Choice[];
  /** The default if the file does not set it. */
  readonly fallback?: Value;
  readonly hint?: Words;
  /** What the hint ends with: a command to copy. */
  readonly command?: string;
  readonly placeholder?: Words;
  readonly mono?: boolean;
  readonly suggestions?: readonly string[];
  /** False if it has no meaning with the other values. */
  readonly shows?: (said: Said) => boolean;
}

/** Fields below each other; those of an inner list are side by side. */
export type Fields = readonly (Field | readonly Field[])[];

/** @param key `volumes.0.proxy`: a number is a place in a list */
export const placeOf = (path: Path, key: string): Path => [
  ...path,
  ...key.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part)),
];

/** What a form of the editor has in its fields. @param path of the part of the file */
export const saidBy = (editor: SiteEditor, path: Path): Said => ({
  text: (key) => editor.textAt(placeOf(path, key)),
  value: (key) => editor.valueAt(placeOf(path, key)),
});

type More = Partial<Omit<Field, 'key' | 'label' | 'kind' | 'choices'>>;

/** Words. */
export const text = (key: string, label: string, more: More = {}): Field => ({ key, label, ...more });
/** A name, a path or a command: typed letter by letter. */
export const code = (key: string, label: string, more: More = {}): Field => ({
  key,
  label,
  mono: true,
  ...more,
});
/** A whole number. */
export const number = (key: string, label: string, more: More): Field => ({
  key,
  label,
  kind: 'number',
  ...more,
});
/** Yes or no. @param fallback what a file means that does not say it */
export const toggle = (key: string, label: string, fallback: boolean, more: More = {}): Field => ({
  key,
  label,
  kind: 'switch',
  fallback,
  ...more,
});
/** One of several values. */
export const choice = (key: string, label: string, choices: readonly Choice[], more: More = {}): Field => ({
  key,
  label,
  kind: 'choice',
  choices,
  ...more,
});

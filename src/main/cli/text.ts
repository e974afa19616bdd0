/** Words and numbers as the command line prints them. */
import { isFailure, type ErrorInfo } from '../../contract/errors.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** `512 MiB`, `1.5 GiB`. */
export function bytesText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = Number.isInteger(value) || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}

/** `118.4 MB/s`: tape drives are rated in millions of bytes. */
export function rateText(bytesPerSecond: number): string {
  return `${(bytesPerSecond / 1e6).toFixed(1)} MB/s`;
}

/** `4 s`, `3 min 20 s`, `2 h 5 min`. */
export function durationText(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

export const countText = (count: number): string => count.toLocaleString('en-US');

const evidenceNames: Readonly<Record<keyof ErrorInfo['evidence'], string>> = {
  host: 'host',
  command: 'command',
  exitStatus: 'exit status',
  signal: 'signal',
  stdout: 'it printed',
  stderr: 'it complained',
  expected: 'expected',
  actual: 'seen',
};

function evidenceLines(evidence: ErrorInfo['evidence']): string[] {
  return (Object.keys(evidenceNames) as (keyof ErrorInfo['evidence'])[]).flatMap((name) => {
    const value = evidence[name];
    if (value === undefined || value === '') return [];
    const text = String(value).trimEnd();
    const shown = text.includes('\n') ? `\n      ${text.split('\n').slice(0, 12).join('\n      ')}` : text;
    return [`    ${evidenceNames[name]}: ${shown}`];
  });
}

/** Sentence, hint and evidence of an error, a line each. Control characters of a host's output are made visible. */
export function errorText(error: unknown): string {
  if (!isFailure(error))
    return `shadowtape: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  const lines = [
    `shadowtape: ${error.message}`,
    ...(error.hint ? [`  hint: ${error.hint}`] : []),
    ...evidenceLines(error.evidence),
  ];
  return printable(lines.join('\n'));
}

/** Keeps what a host prints from steering the terminal: control characters but tab and line feed are made visible. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, (sign) =>
    sign === '\n' || sign === '\t' ? sign : `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}

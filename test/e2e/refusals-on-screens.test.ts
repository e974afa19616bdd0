/**
 * A backup that is refused, by each error of the table: the screen shows its code, its sentence, the hint for a screen,
 * and what was seen.
 */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { errorTable } from '../../src/contract/error-table.ts';
import { failure, type ErrorCode, type ErrorInfo } from '../../src/contract/errors.ts';
import { requireBuiltPages } from '../support/built-program.ts';
import { wordsOf, type DocumentPage } from '../support/ui/document-page.ts';
import { recordedFaults, replayed } from '../support/ui/recorded-faults.ts';

const values = new Proxy<Record<string, string>>({}, { get: (_values, name) => `<${String(name)}>` });
const evidence = { host: 'node3', command: 'mt -f /dev/rmt/0 status', exitStatus: 1, stderr: 'no tape' };

let page: DocumentPage;
let refuseWith: (error: ErrorInfo) => void;

/** The Plan screen of a recording in which a start was refused: the next one is refused with another error. */
beforeAll(async () => {
  requireBuiltPages();
  const refused = Object.values(recordedFaults()).flatMap(({ job, moments }) =>
    moments.flatMap((moment) => {
      const start = Object.keys(moment.replies).find((key) => key.startsWith('start '));
      return start === undefined ? [] : [{ job, moment, start }];
    }),
  );
  const [recording] = refused;
  if (!recording) throw new Error('no refused start is recorded');
  const { job, moment, start } = recording;
  const replies: Record<string, unknown> = { ...moment.replies };
  refuseWith = (error) => (replies[start] = { error });
  page = await replayed({ ...moment, replies }, []);
  await page.open(`#/plan/${job}`);
}, 120_000);
afterAll(() => page.close());

it.each(Object.keys(errorTable) as ErrorCode[])('a backup refused with %s', async (code) => {
  const error = failure(code, values, evidence);
  refuseWith(error.toInfo());
  await page.press('Back up Volume2');
  const note = page.all('main .note').find((each) => wordsOf(each).includes(error.message));
  if (!note) throw new Error(`the screen does not show: ${error.message}`);
  const shown = wordsOf(note);
  for (const text of [code, error.onScreen ?? error.hint, ...Object.values(evidence)])
    expect(shown).toContain(String(text));
});

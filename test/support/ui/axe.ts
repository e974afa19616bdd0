/** The findings of axe-core on a page. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly target: readonly string[]; readonly failureSummary: string }[];
}

/** @returns the errors, one per line; none if there are none */
async function violations(
  page: Page,
  runOnly: { type: 'tag' | 'rule'; values: string[] },
): Promise<string[]> {
  const found = (await page.evaluate(
    `axe.run(document, { runOnly: ${JSON.stringify(runOnly)}, resultTypes: ['violations'] }).then((result) => result.violations)`,
  )) as Violation[];
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
  );
}

/** By all rules, in the current theme. @returns the errors, one per line */
export async function violationsOn(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return violations(page, { type: 'tag', values: tags });
}

/** Only the rules for colors, on a page that all rules have checked. @returns the errors, one per line */
export const contrastViolationsOn = (page: Page): Promise<string[]> =>
  violations(page, { type: 'rule', values: ['color-contrast'] });

/** Prints at the end how many failure scenarios ran, and their results, as reported by the tests themselves. */
import type { Reporter, TestModule } from 'vitest/node';

export default class FailureCount implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    for (const module of modules)
      for (const test of module.children.allTests()) {
        const came = test.meta().failureScenario;
        if (came !== undefined) counts.set(came, (counts.get(came) ?? 0) + 1);
      }
    if (counts.size === 0) return;
    const all = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const parts = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([came, count]) => `${came} ${count}`);
    process.stdout.write(`failure scenarios: ${all} (${parts.join(', ')})\n\n`);
  }
}

/** Prints at the end which genuine programs the hosts used, not imitations of this project. */
import type { Reporter, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** Programs and kernel of the hosts that a test ran against, with their versions. */
    realPrograms?: string;
  }
}

export default class RealPrograms implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const told = modules.flatMap((module) =>
      [...module.children.allTests()].flatMap((test) => test.meta().realPrograms ?? []),
    );
    for (const programs of new Set(told)) process.stdout.write(`real hosts: ${programs}\n\n`);
  }
}

/** The files whose tests take longest come first, so that no worker is left alone with one of them in the end. */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Their files are short, and Vitest would sort them by size. */
const long = /\/(broken-off-|rival-|every-screen|failing-at-random|tape-contract|real\/)/;

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLong = ({ moduleId }: TestSpecification) => long.test(moduleId);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

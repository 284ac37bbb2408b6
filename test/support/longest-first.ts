import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Projects and folders in their order; what is in none of them comes first. */
const order = ['stories', 'stages', 'unit', 'sandbox/image', 'sandbox/machines'].map((name) => `/test/${name}/`);

/**
 * Begins with what takes longest, so that nothing long is left for the end when the other workers have nothing to do. Files of a
 * project that share a process follow each other: with another project's file in between, the process would end.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

const rankOf = ({ moduleId }: TestSpecification): number => order.findIndex((part) => moduleId.includes(part));

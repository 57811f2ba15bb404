import type { Context, RootHookObject } from 'mocha';

/*
 * A test that fails is tried once more, so that one late timer on a busy machine does not refuse a change; which ones were is said here, at
 * the end of each run, because a test that needs its second try has something to tell.
 */
const again: string[] = [];

export const mochaHooks: RootHookObject = {
  afterEach(this: Context): void {
    const test = this.currentTest as unknown as { currentRetry(): number; isPassed(): boolean; fullTitle(): string };
    if (test.currentRetry() > 0 && test.isPassed()) again.push(test.fullTitle());
  },
  afterAll(): void {
    for (const title of again) console.log(`  tried again: ${title}`);
  },
};

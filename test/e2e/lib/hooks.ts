/** Root hooks of the end-to-end run: a picture of every open workbench when a test fails, and an orderly end. */
import type { RootHookObject } from 'mocha';
import { endSession } from './session';
import { openWorkbenches } from './workbench';

export const mochaHooks: RootHookObject = {
  async afterEach(this: Mocha.Context) {
    const test = this.currentTest;
    if (test?.state !== 'failed') return;
    for (const [n, workbench] of [...openWorkbenches].entries()) {
      await workbench.screenshot(`failed ${test.fullTitle()}${n > 0 ? ` ${n + 1}` : ''}`);
      console.log(workbench.consoleTail());
    }
  },
  async afterAll() {
    for (const workbench of [...openWorkbenches]) await workbench.close();
    await endSession();
  },
};

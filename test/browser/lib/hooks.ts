/** Ends what the browser tests of a run share. */
import { endSession } from './viewer-page';

export const mochaHooks = { afterAll: endSession };

import type { Mutation } from './mutation.js';
import { altinnMutations } from './altinnMutations.js';
import { brokerMutations } from './brokerMutations.js';
import { letterMutations } from './letterMutations.js';
import { mailboxMutations } from './mailboxMutations.js';
import { messageMutations } from './messageMutations.js';
import { otherMutations } from './otherMutations.js';
import { partMutations } from './partMutations.js';
import { requestMutations } from './requestMutations.js';

/*
 * SECURITY S8: every check of the verifier, switched off one at a time. Each row changes one place of the source, which must occur
 * exactly once; some test of the verifier, the caller, the endpoint or the broker alone must then fail by an assertion.
 */

export const mutations: readonly Mutation[] = [
  ...requestMutations,
  ...partMutations,
  ...otherMutations,
  ...letterMutations,
  ...messageMutations,
  ...brokerMutations,
  ...mailboxMutations,
  ...altinnMutations,
];

import { setFlagsFromString } from 'node:v8';

/* How V8 collects garbage in a process that serves. Imported before everything else: what the other modules make at start counts already. */

// Helper threads of the young collection cost more processor time than they save; more processors are used by more processes.
setFlagsFromString('--no-parallel-scavenge');
// Schemas are trees that stay, and messages under way outlive a collection now and then. V8 would conclude that all trees stay, make them in
// the old generation, and keep what they refer to until the next great collection, long after their messages have been answered.
setFlagsFromString('--no-allocation-site-pretenuring');

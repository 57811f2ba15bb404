/* The faults of SECURITY.md section 3, which numbers them R1 to R52; here they are F1 to F52. */

/** From, and to: each of them has a test whose title has its number. */
export const demanded: readonly (readonly [first: number, last: number])[] = [
  [1, 10],
  [12, 28],
  [30, 41],
  [44, 44],
];

/** Faults that no test need have by number, and where else they are met, if they are. */
export const others: Readonly<Record<number, string>> = {
  11: 'Power loss is cut by `npm run test:crash -- --power`, on copied images of a file system of its own.',
  29: 'Two days without a provider are two weeks in the tests of circuits and of Altinn; what is given up, and when, is in the retry table.',
  42: 'A migration that was cut short runs the rest at the next start (store/opening); old and new processes together are no promise yet.',
  43: 'Backup and restore are not tested yet.',
  45: 'The end of a process for want of memory is an end by SIGKILL, as F1 to F10; large letters stream (F38).',
  46: 'A reader of the log that stops is not looked for yet.',
  47: 'Keys and trust are read at the start; lists of revoked certificates are read anew while it runs, and kept where they cannot be.',
  48: 'Who cannot be asked defers a letter, and never prints it (R-15, R-44 in scenarios/forsendelseRegister and application/dispatch).',
  49: 'A name that cannot be resolved is a provider that cannot be reached, as F28.',
  50: 'A network that is cut is one that hangs or refuses, as in F19, F20, F27, F28 and in the soak.',
  51: 'Operators who race with a worker are in store/jobs: a withdrawal and a claim at once, exactly one of which wins.',
  52: '`npm run test:soak`: random faults under load, and what two processes hold at the end.',
};

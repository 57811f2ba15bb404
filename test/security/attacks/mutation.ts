export interface Mutation {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** The tests that must turn red: a file below test/, and a piece of their title. Left out: those nearest to the file. */
  readonly by?: readonly [spec: string, title: string];
}

/** Rows of the table for one file. */
export const within =
  (file: string) =>
  (name: string, from: string, to: string): Mutation => ({ name, file, from, to });

/** Rows for one file whose checks each have a test in `spec`, told by a piece of its title. */
export const heldBy =
  (file: string, spec: string) =>
  (name: string, from: string, to: string, title: string): Mutation => ({ name, file, from, to, by: [spec, title] });

export interface Mutation {
  readonly name: string;
  /** Below src/. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/** Rows of the table for one file. */
export const within =
  (file: string) =>
  (name: string, from: string, to: string): Mutation => ({ name, file, from, to });

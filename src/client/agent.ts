/** As `package.json` has it. */
export const VERSION = '0.1.0';

/** How calls of ours name who makes them. */
export const USER_AGENT = `Posthorn/${VERSION}`;

export interface MediaType {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const parameterPattern = new RegExp(`;[ \\t]*(?:(${token})=(?:(${token})|"((?:[^"\\\\]|\\\\.)*)"))?[ \\t]*`, 'y');
const typePattern = new RegExp(`^(${token}/${token})[ \\t]*`);

/** Reads a Content-Type (RFC 9110, 8.3). Undefined when it is not one, or names a parameter twice (SECURITY.md 27). */
export function readMediaType(header: string): MediaType | undefined {
  const type = typePattern.exec(header);
  if (type === null) return undefined;
  const parameters = new Map<string, string>();
  let at = type[0].length;
  while (at < header.length) {
    parameterPattern.lastIndex = at;
    const match = parameterPattern.exec(header);
    if (match === null) return undefined;
    at = parameterPattern.lastIndex;
    const name = match[1]?.toLowerCase();
    if (name === undefined) continue;
    if (parameters.has(name)) return undefined;
    parameters.set(name, match[2] ?? (match[3] as string).replace(/\\(.)/g, '$1'));
  }
  return { type: (type[1] as string).toLowerCase(), parameters };
}

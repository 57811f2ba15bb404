/** Characters of one text in a log line. */
const textLimit = 200;
/** Values of one log line, at any depth, and the depth. */
const valueLimit = 200;
const depthLimit = 6;

const escape = String.fromCharCode(27);
const bell = String.fromCharCode(7);
/** Terminal sequences: CSI (colour, cursor) and OSC (title, link). Linear: no part can match what the next begins with. */
const terminal = new RegExp(`${escape}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${escape}${bell}]*${bell}?)`, 'g');
const controls = /[\p{Cc}\p{Zl}\p{Zp}]/gu;
/** Zero-width, direction and other characters that are there but not seen. */
const invisible = /\p{Cf}/gu;
/** A national id is eleven digits, often written six and five. Longer runs may hold one. */
const nationalId = /\p{Nd}{11,}|(?<!\p{Nd})\p{Nd}{6}[\s.\-–_/]{1,3}\p{Nd}{5}(?!\p{Nd})/gu;
/** A national id that became a number has lost its leading zero. */
const smallestId = 1e9;
const privateKey = /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^-]*(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?/g;
/** `//user:password@host` */
const urlPassword = /(:\/\/[^\s:@/]{0,100}):[^\s@/]{0,200}@/g;
/** Every text that one of the above could match has one of these; most texts have none, and are done. */
const suspicious = /[^ -~]|[0-9]{5}|:\/\/|-----BEGIN/;
const secretName = /passw|passphrase|secret|authorization|cookie|private.?key|data.?key/i;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** Names that every line has from the log itself. */
const reserved = new Set(['time', 'level', 'message']);

/** A text as it may stand in a log: without control characters, secrets and national ids, at most 200 characters. */
export function cleanText(text: string): string {
  const clean = suspicious.test(text) ? masked(text) : text;
  return clean.length > textLimit ? `${clean.slice(0, textLimit - 1)}…` : clean;
}

function masked(text: string): string {
  return text
    .replace(privateKey, '[secret]')
    .replace(terminal, '')
    .replace(invisible, '')
    .replace(controls, ' ')
    .replace(urlPassword, '$1:***@')
    .replace(nationalId, '***');
}

type Budget = { left: number };

function cleanError(error: Error, depth: number, budget: Budget): unknown {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return {
    name: cleanText(error.name),
    message: cleanText(error.message),
    ...('code' in error ? { code: cleanValue(error.code, depth + 1, budget) } : {}),
    ...(error.cause === undefined ? {} : { cause: cleanValue(error.cause, depth + 1, budget) }),
    stack: frames.slice(0, 10).map((line) => cleanText(line.trim())),
  };
}

const speaksForItself = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

function cleanEntries(value: object, depth: number, budget: Budget): unknown {
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} octets]`;
  if (value instanceof Error) return cleanError(value, depth, budget);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '[no date]' : value.toISOString();
  if (speaksForItself(value)) return cleanValue(value.toJSON(), depth + 1, budget);
  if (value instanceof Map || value instanceof Set) return cleanValue([...value], depth + 1, budget);
  if (Array.isArray(value)) return value.slice(0, valueLimit).map((item) => cleanValue(item, depth + 1, budget));
  return cleanObject(value, depth, budget);
}

function cleanObject(value: object, depth: number, budget: Budget): Record<string, unknown> {
  const entries = Object.entries(value).slice(0, valueLimit);
  return Object.fromEntries(
    entries.map(([key, item]) => [
      cleanText(key),
      secretName.test(key) ? '[secret]' : cleanValue(item, depth + 1, budget),
    ]),
  );
}

function cleanValue(value: unknown, depth: number, budget: Budget): unknown {
  if (budget.left-- <= 0 || depth > depthLimit) return '[…]';
  switch (typeof value) {
    case 'string':
      return cleanText(value);
    case 'number':
      return Number.isInteger(value) && Math.abs(value) >= smallestId ? '***' : value;
    case 'bigint':
      return cleanText(String(value));
    case 'object':
      return value === null ? null : cleanEntries(value, depth, budget);
    case 'boolean':
      return value;
    default:
      return value === undefined ? undefined : `[${typeof value}]`;
  }
}

/**
 * Values as they may stand in a log line: `cleanText` on every text and name at any depth, numbers that could be national ids masked,
 * values whose name says that they are secret left out. The correlation id is ours and stays whole. Never throws.
 */
export function cleanValues(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  try {
    const clean = cleanObject(values, 0, { left: valueLimit });
    const ours = values['correlationId'];
    if (typeof ours === 'string' && uuid.test(ours)) clean['correlationId'] = ours;
    return Object.fromEntries(Object.entries(clean).map(([key, v]) => [reserved.has(key) ? `${key}_` : key, v]));
  } catch (error) {
    return { unreadable: cleanText(String(error)) };
  }
}

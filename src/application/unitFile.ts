import { open } from 'node:fs/promises';
import {
  csvRows,
  fileWith,
  jsonRow,
  jsonRows,
  rowCharacters,
  tooLong,
  UnreadableFile,
  type FileRow,
  type RegisterFile,
  type Text,
} from './registerFile.js';
import { required } from './unitRow.js';

async function* again(start: string, source: AsyncIterator<string>): Text {
  yield start;
  yield* { [Symbol.asyncIterator]: () => source };
}

/** The text with its first character that is no space, and all of it again. */
async function peek(text: Text): Promise<readonly [first: string, text: Text]> {
  const source = text[Symbol.asyncIterator]();
  let start = '';
  while (start.trim() === '') {
    const next = await source.next();
    if (next.done === true) break;
    start += next.value;
    if (start.length > rowCharacters && start.trim() === '')
      throw new UnreadableFile(1, 'begins with nothing but space');
  }
  return [start.trimStart().charAt(0), again(start, source)];
}

const [QUOTE, BACKSLASH, OPEN, CLOSE, BEGIN, END, COMMA] = [...'"\\{}[],'].map((c) => c.charCodeAt(0));
const isSpace = (c: number): boolean => c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;

/** Cuts the text of a JSON array into the texts of its objects, part by part; what it is in the middle of it remembers. */
function objectCutter() {
  // 0: before the array; 1: between its objects; 2 and more: in one; -1: after the array.
  let depth = 0;
  let quoted = false;
  let escaped = false;
  let rest = '';
  let found = 0;
  const wrong = (why: string) => new UnreadableFile(found + 1, why);
  const between = (c: number): void => {
    if (depth === 0 && c === BEGIN) depth = 1;
    else if (depth === 1 && c === END) depth = -1;
    else if (!(isSpace(c) || (depth === 1 && c === COMMA))) throw wrong('is not a JSON object');
  };
  const within = (c: number): void => {
    if (escaped) escaped = false;
    else if (quoted) {
      if (c === BACKSLASH) escaped = true;
      else if (c === QUOTE) quoted = false;
    } else if (c === QUOTE) quoted = true;
    else if (c === OPEN || c === BEGIN) depth += 1;
    else if (c === CLOSE || c === END) depth -= 1;
  };
  return {
    *cut(chunk: string): Iterable<string> {
      let start = 0;
      for (let i = 0; i < chunk.length; i += 1) {
        const c = chunk.charCodeAt(i);
        if (depth >= 2) {
          within(c);
          if (depth > 1) continue;
          const object = rest + chunk.slice(start, i + 1);
          if (object.length > rowCharacters) throw wrong(tooLong);
          found += 1;
          rest = '';
          yield object;
        } else if (depth === 1 && c === OPEN) {
          [start, depth] = [i, 2];
        } else between(c);
      }
      if (depth >= 2) rest += chunk.slice(start);
      if (rest.length > rowCharacters) throw wrong(tooLong);
    },
    end(): void {
      if (depth !== -1) throw wrong('or one before it is cut off: the file ends before its array does');
    },
  };
}

/** The objects of a JSON array, which may be written on any number of lines: a row is one of them, counted from 1. */
async function* arrayRows(text: Text): AsyncIterable<FileRow> {
  const cutter = objectCutter();
  let row = 0;
  for await (const chunk of text) for (const object of cutter.cut(chunk)) yield* jsonRow(++row, object);
  cutter.end();
}

function checkHeader(header: readonly string[]): void {
  const missing = required.find((name) => !header.includes(name));
  if (missing !== undefined) throw new UnreadableFile(1, `the header row has no column "${missing}"`);
}

async function* unitRows(text: Text): AsyncIterable<FileRow> {
  const [first, all] = await peek(text);
  if (first === '[') yield* arrayRows(all);
  else if (first === '{') yield* jsonRows(all);
  else yield* csvRows(all, checkHeader);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const head = Buffer.alloc(2);
    await file.read(head, 0, 2, 0);
    return head.readUInt16BE() === 0x1f8b;
  } finally {
    await file.close();
  }
}

/** Opens a download of Enhetsregisteret: a JSON array, JSON Lines or CSV, plain or gzip, told by its content. Throws as `fileWith`. */
export const openUnitFile = async (path: string): Promise<RegisterFile> => fileWith(path, await isGzip(path), unitRows);

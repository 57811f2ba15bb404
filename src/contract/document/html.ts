import { HtmlReader } from './html/reader.js';
import { judgeStyle, judgeTag } from './html/rules.js';
import { all, type Judge } from './judge.js';
import { text } from './text.js';

/** Browsers look for the encoding so far in (HTML Living Standard, 13.2.3.2). */
const PRESCAN = 1024;
const charset = /<meta[^>]*[\s"';/]charset\s*=\s*["']?\s*([\w.:-]+)/i;

/** A text in the encoding that it names itself. */
function encoded(): Judge {
  let head: Buffer = Buffer.alloc(0);
  let judge: Judge | undefined;
  const begin = (): string | undefined => {
    judge = text(charset.exec(head.toString('latin1', 0, PRESCAN))?.[1]);
    return judge.write(head);
  };
  return {
    write: (octets) => {
      if (judge !== undefined) return judge.write(octets);
      head = Buffer.concat([head, octets]);
      return head.length < PRESCAN ? undefined : begin();
    },
    end: () => (judge === undefined ? begin() : undefined) ?? judge?.end(),
  };
}

/** Mark-up within the rules. All of it is ASCII in every encoding that is taken, so the octets are looked at as they stand. */
function ruled(): Judge {
  let tags = 0;
  const reader = new HtmlReader({
    tag: (tag) => {
      tags++;
      return judgeTag(tag);
    },
    style: judgeStyle,
  });
  return {
    write: (octets) => {
      reader.write(octets.toString('latin1'));
      return reader.reason;
    },
    end: () => reader.reason ?? (tags === 0 ? 'there is no mark-up in it' : undefined),
  };
}

/** An HTML document that is whole in itself. */
export const html = (): Judge => all(encoded(), ruled());

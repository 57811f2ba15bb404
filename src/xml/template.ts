import type { XmlElement } from './model.js';
import { serialise } from './write.js';

/**
 * The text of a tree that is always made the same way, with holes for what differs. Values go in as they stand: base64, Ids and instants need
 * no escape; whatever else is given has been escaped, or is canonical mark-up.
 */
export type Template<H extends string> = (values: Readonly<Record<H, string>>) => string;

/** Stands at both ends of a hole's name: a character that none of our own texts has, and one of Latin-1, which keeps the pieces small. */
const MARK = '\u00b6';

/**
 * Compiles a tree once, at start, so that a message costs no more than joining its pieces.
 * @param make the tree; `hole(name)` stands for a text, an attribute value, or a part of one
 */
export function template<H extends string>(
  make: (hole: (name: H) => string) => XmlElement,
  write: (tree: XmlElement) => string = serialise,
): Template<H> {
  const pieces = write(make((name) => `${MARK}${name}${MARK}`)).split(MARK);
  return (values) => {
    let text = '';
    for (let i = 0; i < pieces.length; i++) text += i % 2 === 0 ? pieces[i] : values[pieces[i] as H];
    return text;
  };
}

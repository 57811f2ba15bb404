import type { XmlElement } from '../../xml/model.js';
import { parse } from '../../xml/tree.js';
import { serialise } from '../../xml/write.js';

/** A document as it is kept and passed on: with the namespaces that it has, so that its signature stands in whichever envelope. */
export const documentText = (document: XmlElement): string => serialise(document);

/** A document that was kept, to stand in an envelope of ours. */
export const documentFrom = (text: string): XmlElement => parse(text);

import { readFileSync } from 'node:fs';
import { XmlDocument, XmlError, XmlLibError, XsdValidator } from 'libxml2-wasm';
import type { Versjon } from '../../src/contract/svarut/names.js';

/** `check` gives the reasons for which the child of Body is not as the WSDL of a version says; none when it is. */
export interface WsdlSchema {
  readonly check: (xml: string) => string[];
  readonly dispose: () => void;
}

/** The schema in the WSDL of a version. Call `dispose` when done. */
export function wsdlSchema({ navn, ns }: Versjon): WsdlSchema {
  const wsdl = readFileSync(new URL(`../../wsdl/${navn}.wsdl`, import.meta.url), 'utf8');
  const schema = /<xs:schema[^]*<\/xs:schema>/.exec(wsdl)?.[0] ?? '';
  const bindings = `xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="${ns.uri}"`;
  const document = XmlDocument.fromString(schema.replace('<xs:schema', `$& ${bindings}`));
  const validator = XsdValidator.fromDoc(document);
  document.dispose();
  return {
    check: (xml) => {
      const answer = XmlDocument.fromString(xml);
      try {
        validator.validate(answer);
        return [];
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
        return error instanceof XmlLibError ? error.details.map((d) => d.message.trim()) : [error.message];
      } finally {
        answer.dispose();
      }
    },
    dispose: () => validator.dispose(),
  };
}

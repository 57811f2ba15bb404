import { readFileSync } from 'node:fs';
import { XmlDocument, XmlError, XmlLibError, XsdValidator } from 'libxml2-wasm';

const NS = 'http://www.ks.no/svarut/servicesV9';

/** `check` gives the reasons for which the child of Body is not as the WSDL says; none when it is. */
export interface WsdlSchema {
  readonly check: (xml: string) => string[];
  readonly dispose: () => void;
}

/** The schema in the WSDL of ForsendelsesServiceV9. Call `dispose` when done. */
export function wsdlSchema(): WsdlSchema {
  const wsdl = readFileSync(new URL('../../wsdl/ForsendelsesServiceV9.wsdl', import.meta.url), 'utf8');
  const schema = /<xs:schema[^]*<\/xs:schema>/.exec(wsdl)?.[0] ?? '';
  const bindings = `xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:t="${NS}"`;
  const document = XmlDocument.fromString(schema.replace('<xs:schema', `$& ${bindings}`));
  const validator = XsdValidator.fromDoc(document);
  document.dispose();
  return {
    check: (xml) => {
      const read = XmlDocument.fromString(xml);
      try {
        validator.validate(read);
        return [];
      } catch (error) {
        if (!(error instanceof XmlError)) throw error;
        return error instanceof XmlLibError ? error.details.map((d) => d.message.trim()) : [error.message];
      } finally {
        read.dispose();
      }
    },
    dispose: () => validator.dispose(),
  };
}

import { ParseOption, XmlDocument, XmlError, XmlLibError, type XsdValidator } from 'libxml2-wasm';
import { compileOwn, ownSchemas } from '../../src/xml/schema.js';

const schemas = ownSchemas();

/** The contract, as its two files stand under xsd/. */
export const contract = ['oppslagstjeneste-ws-16-02.xsd', 'oppslagstjeneste-metadata-16-02.xsd'] as const;

/** Everything that a request or an answer of Oppslagstjenesten may be made of. */
export const oppslagstjenesten = [
  'profile/soap-envelope-1.2.xsd',
  'profile/wss-secext-1.0.xsd',
  'profile/posthorn-fault.xsd',
  'profile/oppslagstjenesten-header-wsdl.xsd',
  ...contract,
] as const;

/** An answer as it leaves the house: a Body in the clear is not valid. */
export const encryptedAnswer = ['profile/soap-envelope-1.2.xsd', 'profile/wss-secext-1.0.xsd'] as const;

/** A fault, in both versions of SOAP; nothing else is valid in Body. */
export const faults = [
  'profile/soap-envelope-1.1.xsd',
  'profile/soap-envelope-1.2.xsd',
  'profile/posthorn-fault.xsd',
] as const;

/** `validate(xml)` gives the reasons why `xml` is not valid; none when it is. */
export type Validate = ((xml: string) => string[]) & { readonly dispose: () => void };

/** Whoever signs the Oppslagstjenesten header gives it a wsu:Id; the published schema, and so ours, has no room for one. */
const signedHeader = {
  path: '/*/env:Header/*[local-name() = "Oppslagstjenesten"]/@wsu:Id',
  namespaces: {
    env: 'http://www.w3.org/2003/05/soap-envelope',
    wsu: 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd',
  },
};

const options = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE };

function targetNamespace(name: string): string {
  const octets = schemas.get(name);
  if (octets === undefined)
    throw new Error(`no schema ${name} under xsd/; there are ${[...schemas.keys()].join(', ')}`);
  const document = XmlDocument.fromBuffer(octets, options);
  try {
    return document.root.attr('targetNamespace')?.value ?? '';
  } finally {
    document.dispose();
  }
}

/** Why `xml` is not valid; nothing when it is. @param prepare changes the document before it is held against the schema */
export function reasons(
  schema: XsdValidator,
  xml: string,
  prepare: (document: XmlDocument) => void = () => {},
): string[] {
  let document: XmlDocument | undefined;
  try {
    document = XmlDocument.fromString(xml, options);
    prepare(document);
    schema.validate(document);
    return [];
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    return error instanceof XmlLibError ? error.details.map((d) => d.message.trim()) : [error.message];
  } finally {
    document?.dispose();
  }
}

/**
 * Compiles the named schemas (paths below xsd/) together, once. What they import is read from xsd/ too, and from nowhere else.
 * Call `dispose` when done; libxml2 keeps the compiled schema outside JavaScript's heap.
 */
export function validator(files: readonly string[]): Validate {
  const schema = compileOwn(files.map((name) => [targetNamespace(name), name]));
  const unsigned = (document: XmlDocument): void => {
    for (const id of document.find(signedHeader.path, signedHeader.namespaces)) id.remove();
  };
  const validate = (xml: string): string[] => reasons(schema, xml, unsigned);
  return Object.assign(validate, { dispose: () => schema.dispose() });
}

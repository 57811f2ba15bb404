import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ParseOption,
  XmlBufferInputProvider,
  XmlDocument,
  XmlError,
  XmlLibError,
  xmlRegisterInputProvider,
  XsdValidator,
} from 'libxml2-wasm';

const folder = fileURLToPath(new URL('../../xsd/', import.meta.url));
const base = 'xsd:/';

const schemas: ReadonlyMap<string, Buffer> = new Map(
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.xsd'))
    .map((name) => join(folder, name))
    .map((path) => [relative(folder, path).split(sep).join('/'), readFileSync(path)]),
);

// The only files that libxml2 can open in these tests.
xmlRegisterInputProvider(
  new XmlBufferInputProvider(Object.fromEntries([...schemas].map(([name, octets]) => [base + name, octets]))),
);

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

function compile(files: readonly string[]): XsdValidator {
  const imports = files.map((name) => `<xs:import namespace="${targetNamespace(name)}" schemaLocation="${name}"/>`);
  const driver = XmlDocument.fromString(
    `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports.join('')}</xs:schema>`,
    { url: `${base}driver.xsd` },
  );
  try {
    return XsdValidator.fromDoc(driver);
  } finally {
    driver.dispose();
  }
}

function reasons(error: unknown): string[] {
  if (!(error instanceof XmlError)) throw error;
  return error instanceof XmlLibError ? error.details.map((d) => d.message.trim()) : [error.message];
}

/**
 * Compiles the named schemas (paths below xsd/) together, once. What they import is read from xsd/ too, and from nowhere else.
 * Call `dispose` when done; libxml2 keeps the compiled schema outside JavaScript's heap.
 */
export function validator(files: readonly string[]): Validate {
  const schema = compile(files);
  const validate = (xml: string): string[] => {
    try {
      const document = XmlDocument.fromString(xml, options);
      try {
        for (const id of document.find(signedHeader.path, signedHeader.namespaces)) id.remove();
        schema.validate(document);
        return [];
      } finally {
        document.dispose();
      }
    } catch (error) {
      return reasons(error);
    }
  };
  return Object.assign(validate, { dispose: () => schema.dispose() });
}

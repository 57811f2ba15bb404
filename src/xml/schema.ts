import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
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
import { limits } from '../limits.js';
import type { NsDeclaration, XmlElement } from './model.js';
import { recogniser, type Recogniser } from './plainly.js';
import { serialise } from './write.js';

/* Validation by XML Schema. libxml2 opens nothing but the schemas of this package. */

// Its own limits are for what others have not measured.
const options = { option: ParseOption.XML_PARSE_NONET | ParseOption.XML_PARSE_NO_XXE | ParseOption.XML_PARSE_HUGE };

/** The schemas in a folder and below it, each by its path from there. */
export const schemasIn = (folder: string): ReadonlyMap<string, Buffer> =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.xsd'))
      .map((name) => [name.split(sep).join('/'), readFileSync(join(folder, name))]),
  );

/** A namespace and the schema of it, by its path. */
export type SchemaFile = readonly [namespace: string, file: string];

/**
 * Lets libxml2 open some schemas, from the first use on, below an address of their own.
 * @returns a function that compiles schemas together, for whoever disposes of them; it throws for one that is wrong
 */
export function compiler(
  base: string,
  schemas: () => ReadonlyMap<string, Buffer>,
): (files: readonly SchemaFile[]) => XsdValidator {
  let provided = false;
  return (files) => {
    const entries = provided ? [] : [...schemas()].map(([name, octets]) => [base + name, octets] as const);
    provided ||= xmlRegisterInputProvider(new XmlBufferInputProvider(Object.fromEntries(entries)));
    const imports = files.map(([ns, file]) => `<xs:import namespace="${ns}" schemaLocation="${file}"/>`).join('');
    const driver = XmlDocument.fromString(
      `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports}</xs:schema>`,
      { url: `${base}driver.xsd` },
    );
    try {
      return XsdValidator.fromDoc(driver);
    } finally {
      driver.dispose();
    }
  };
}

/** The schemas of this package. */
export const ownSchemas = (): ReadonlyMap<string, Buffer> =>
  schemasIn(fileURLToPath(new URL('../../xsd/', import.meta.url)));
export const compileOwn = compiler('posthorn-xsd:/', ownSchemas);

/** Every binding that an element stands under, the innermost of each prefix. */
function bindings(element: XmlElement): NsDeclaration[] {
  const found = new Map<string, NsDeclaration>();
  for (let s = element.scope; s !== null; s = s.outer) {
    if (!found.has(s.prefix)) found.set(s.prefix, { prefix: s.prefix, uri: s.uri });
  }
  return [...found.values()].filter(({ uri }) => uri !== '');
}

/** The element as a document of its own: values may be names whose prefixes are bound further out. */
const standing = (element: XmlElement): string =>
  serialise({
    ...element,
    declarations: element.scope === null ? element.declarations : bindings(element),
    parent: null,
  });

/** What of a message libxml2 says, without the values of the document: they are personal. */
function placeIn(error: unknown): string {
  if (!(error instanceof XmlError)) throw error;
  const [first] = error instanceof XmlLibError ? error.details : [];
  const [, element, attribute] =
    /^Element '(?:\{[^}]*\})?([^']*)'(?:, attribute '(?:\{[^}]*\})?([^']*)')?/.exec(first?.message ?? '') ?? [];
  if (element === undefined) return 'the document';
  return attribute === undefined ? element.slice(0, 60) : `${attribute.slice(0, 60)} of ${element.slice(0, 60)}`;
}

/**
 * Says where an element, or one that has been written as a document of its own, is not as schemas say: '' when it is, and a reason without
 * values when it is not. `read`: the same element, where it is in the house already.
 */
export type SchemaCheck = (given: XmlElement | string, read?: XmlElement) => string;

/**
 * Compiles schemas together, for as long as the process lives. What plainly is as they say is not handed to libxml2.
 * @throws Error for a schema that is wrong, or has what we do not understand
 */
export const schemaOf = (...files: readonly SchemaFile[]): SchemaCheck =>
  checkBy(
    compileOwn(files),
    recogniser(
      ownSchemas(),
      files.map(([, file]) => file),
    ),
  );

/** As `schemaOf`, of the schemas that stand in a WSDL; `base` is an address of their own. */
export function schemaOfWsdl(base: string, wsdl: string): SchemaCheck {
  const schemas = wsdl.match(/<(?:\w+:)?schema[^]*?<\/(?:\w+:)?schema>/g) ?? [];
  const files = schemas.map((text, i): SchemaFile => [/targetNamespace="([^"]*)"/.exec(text)?.[1] ?? '', `${i}.xsd`]);
  const found = new Map(schemas.map((text, i) => [`${i}.xsd`, Buffer.from(text)]));
  return checkBy(compiler(base, () => found)(files));
}

function checkBy(schema: XsdValidator, isPlain: Recogniser = () => false): SchemaCheck {
  return (given, read = typeof given === 'string' ? undefined : given) => {
    if (read !== undefined && isPlain(read)) return '';
    const octets = Buffer.from(typeof given === 'string' ? given : standing(given));
    if (octets.length > limits.schemaBytes) {
      const what = typeof given === 'string' ? 'the document' : given.local;
      return `${what} is larger than ${limits.schemaBytes} octets`;
    }
    let document: XmlDocument | undefined;
    try {
      document = XmlDocument.fromBuffer(octets, options);
      schema.validate(document);
      return '';
    } catch (error) {
      return `the schema does not allow ${placeIn(error)} as it stands`;
    } finally {
      document?.dispose();
    }
  };
}

import { fileURLToPath } from 'node:url';
import type { XsdValidator } from 'libxml2-wasm';
import { compiler, schemasIn, type SchemaFile } from '../../src/xml/schema.js';

/** The published contract of digital post, where it is at hand. */
export const shared = new URL('../../../shared/spec/sdp/', import.meta.url);

/** What schemas fetch from the web stands beside them; a DTD says nothing that validation needs, and must not be fetched. */
const withoutDtd = (schema: Buffer): Buffer =>
  Buffer.from(schema.toString().replace(/<!DOCTYPE[^[>]*(\[[^\]]*\])?\s*>/, ''));

/** Compiles published schemas together. */
export const compilePublished: (files: readonly SchemaFile[]) => XsdValidator = compiler('sdp:/', () => {
  const schemas = schemasIn(fileURLToPath(new URL('xsd/', shared)));
  return new Map([...schemas].map(([name, octets]) => [name, withoutDtd(octets)]));
});

import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { PATH as FORSENDELSE } from '../contract/forsendelse/names.js';
import { PATH } from '../contract/oppslagstjenesten/names.js';
import { PATH as POSTKASSE } from '../contract/postkasse/names.js';
import { versjoner } from '../contract/svarut/names.js';
import { errors } from '../errors.js';

/** One contract that is served: the service's path, its WSDL, and the schemas that the WSDL imports; files below the package. */
interface ContractRow {
  readonly path: string;
  readonly wsdl: string;
  readonly schemas: readonly string[];
}

const table: readonly ContractRow[] = [
  {
    path: PATH,
    wsdl: 'wsdl/oppslagstjeneste-16-02.wsdl',
    schemas: ['xsd/oppslagstjeneste-ws-16-02.xsd', 'xsd/oppslagstjeneste-metadata-16-02.xsd'],
  },
  { path: FORSENDELSE, wsdl: 'wsdl/forsendelse.wsdl', schemas: ['xsd/forsendelse.xsd', 'xsd/swaref.xsd'] },
  { path: POSTKASSE, wsdl: 'wsdl/postkassetjenester.wsdl', schemas: ['xsd/postkassetjenester.xsd'] },
  ...versjoner.map(({ path, navn }) => ({ path, wsdl: `wsdl/${navn}.wsdl`, schemas: [] })),
];

/** The address that our WSDL files name on disk, so that they can be used as they lie; the caller's takes its place. */
const addressOnDisk = 'http://localhost:8080';

/** A document cut at the places where the caller's address goes. */
type Document = readonly string[];

/** Everything that is served: path, then raw query string, then document. */
export type Contracts = ReadonlyMap<string, ReadonlyMap<string, Document>>;

export interface ContractResponse {
  readonly status: 200 | 404;
  readonly contentType: string;
  readonly body: string;
}

const read = (file: string): string => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');

/**
 * Imports by file name become imports from the same service. They start with the path's last segment, because some clients
 * (java.net.URL, SoapUI) lose that segment when they resolve a reference of a query alone.
 */
function withServedImports(text: string, row: ContractRow): string {
  return text.replace(/schemaLocation="([^"]*)"/g, (_, location: string) => {
    const name = basename(location);
    if (!row.schemas.some((file) => basename(file) === name)) {
      throw new Error(
        `${row.wsdl} or its schemas import ${location}, which is not served; add it to the table of contracts`,
      );
    }
    return `schemaLocation="${basename(row.path)}?xsd=${name}"`;
  });
}

function documentsOf(row: ContractRow): ReadonlyMap<string, Document> {
  const wsdl = withServedImports(read(row.wsdl), row).split(`"${addressOnDisk}${row.path}"`);
  if (wsdl.length < 2) throw new Error(`${row.wsdl} must name the address ${addressOnDisk}${row.path}`);
  return new Map([
    ...['wsdl', 'WSDL'].map((query): [string, Document] => [query, wsdl]),
    ...row.schemas.map((file): [string, Document] => [`xsd=${basename(file)}`, [withServedImports(read(file), row)]]),
  ]);
}

/**
 * Reads the WSDLs and schemas of the package, once, at start.
 * @throws Error when a file is missing, names no address, or imports what is not served
 */
export const loadContracts = (): Contracts => new Map(table.map((row) => [row.path, documentsOf(row)]));

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => escapes[c] as string);

/**
 * The answer to `GET path?query` where that is about a contract; undefined where it is not (another path, or no query).
 * Queries are compared as they came over the wire, so that no spelling of a path can name a file (SECURITY.md 28).
 * @param query without the question mark, not decoded
 * @param publicUrl scheme and host as the caller sees us, e.g. `https://post.example.no`
 */
export function contractResponse(
  contracts: Contracts,
  path: string,
  query: string,
  publicUrl: string,
): ContractResponse | undefined {
  const documents = contracts.get(path);
  if (documents === undefined || query === '') return undefined;
  const document = documents.get(query);
  if (document === undefined) {
    return { status: 404, contentType: 'text/plain; charset=utf-8', body: `${errors.NOT_FOUND.en}\n` };
  }
  const address = `"${escape(publicUrl.replace(/\/+$/, ''))}${path}"`;
  return { status: 200, contentType: 'text/xml; charset=utf-8', body: document.join(address) };
}

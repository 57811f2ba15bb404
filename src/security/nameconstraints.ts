import { attributeTypes, comparable, type DistinguishedName } from './dn.js';
import type { Certificate, GeneralName } from './x509.js';

/** Context tag of a mail address (RFC 5280 section 4.2.1.6). */
const rfc822Name = 1;

const relativeNames = (name: DistinguishedName): string[] => name.rdns.map(comparable);
const directories = (names: readonly GeneralName[]): string[][] =>
  names.flatMap(({ directory }) => (directory ? [relativeNames(directory)] : []));

/** The directory names of a certificate: its subject, and those among its alternative names. */
const directoryNames = ({ subject, subjectAltNames }: Certificate): string[][] => [
  ...(subject.rdns.length > 0 ? [relativeNames(subject)] : []),
  ...directories(subjectAltNames),
];

/** The other forms of name that a certificate carries, as context tags. */
function otherForms({ subject, subjectAltNames }: Certificate): Set<number> {
  const forms = new Set(subjectAltNames.filter(({ directory }) => !directory).map(({ type }) => type));
  if (subject.rdns.flat().some(({ oid }) => oid === attributeTypes.emailAddress)) forms.add(rfc822Name);
  return forms;
}

const within = (name: readonly string[], base: readonly string[]): boolean =>
  base.every((relative, i) => relative === name[i]);

function obeys(certificate: Certificate, permitted: readonly GeneralName[], excluded: readonly GeneralName[]): boolean {
  const forms = otherForms(certificate);
  if ([...permitted, ...excluded].some(({ type }) => forms.has(type))) return false;
  const [allowed, barred] = [directories(permitted), directories(excluded)];
  return directoryNames(certificate).every(
    (name) =>
      (allowed.length === 0 || allowed.some((base) => within(name, base))) &&
      !barred.some((base) => within(name, base)),
  );
}

/**
 * True when every certificate of a path, leaf first, obeys the name constraints of those above it (RFC 5280 section 6.1).
 * Directory names are judged; a name of any other form under a constraint of that form cannot be, and is refused.
 */
export function obeysNameConstraints(path: readonly Certificate[]): boolean {
  return path.every(({ nameConstraints }, i) => {
    if (!nameConstraints) return true;
    const { permitted, excluded } = nameConstraints;
    return path.slice(0, i).every((below) => obeys(below, permitted, excluded));
  });
}

import { algorithmAttacks } from './algorithms.js';
import type { Attack, Variant } from './attack.js';
import { keyAttacks, keyVariants } from './keys.js';
import { referenceAttacks } from './references.js';
import { soapAttacks, soapVariants } from './soap.js';
import { timeAttacks, timeVariants } from './times.js';
import { tokenAttacks, tokenVariants } from './tokens.js';
import { valueAttacks, valueVariants } from './values.js';
import { wrappingAttacks, wrappingVariants } from './wrapping.js';

/** Every way to break one signed request, each with the code that it must be refused with. */
export const attacks: readonly Attack[] = [
  ...soapAttacks,
  ...wrappingAttacks,
  ...algorithmAttacks,
  ...referenceAttacks,
  ...valueAttacks,
  ...keyAttacks,
  ...tokenAttacks,
  ...timeAttacks,
];

/** Requests that must not be refused. */
export const variants: readonly Variant[] = [
  ...soapVariants,
  ...wrappingVariants,
  ...valueVariants,
  ...keyVariants,
  ...tokenVariants,
  ...timeVariants,
];

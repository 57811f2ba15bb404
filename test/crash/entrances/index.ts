import type { EntranceName } from '../points.js';
import { broker } from './broker.js';
import { forsendelse } from './forsendelse.js';
import { svarinn } from './svarinn.js';
import { svarut } from './svarut.js';
import type { StartEntrance } from './types.js';

export const entrances: Readonly<Record<EntranceName, StartEntrance>> = { forsendelse, svarut, svarinn, broker };

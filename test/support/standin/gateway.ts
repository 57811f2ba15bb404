import { standIn } from './standin.js';

await standIn('gateway');

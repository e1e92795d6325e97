/** The style sheets that pictures and their frames are dressed in. */
import { readFileSync } from 'node:fs';

const read = (name: string): string => readFileSync(new URL(`../../src/styles/${name}`, import.meta.url), 'utf8');

/** Texts of the style sheets. */
export const dress = { tokens: read('tokens.css'), marks: read('figure.css'), frame: read('frame.css') };

/** The sample guests, in the order in which the lab offers them. */
import { contextSwitch } from './context-switch.ts';
import { criticalSection } from './critical-section.ts';
import { mixed } from './mixed.ts';
import { pageTableLoop } from './page-table-loop.ts';
import type { Sample } from './sample.ts';
import { syscalls } from './syscalls.ts';

/** All of them. */
export const samples: readonly Sample[] = [criticalSection, syscalls, pageTableLoop, contextSwitch, mixed];

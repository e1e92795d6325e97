/** What a reader takes along: a link to the state, the moments as CSV, the picture as SVG. */
import { writeAddress } from '../figure/address.ts';
import { isStateHash } from '../figure/hash.ts';
import { stageSize, type Stage } from '../figure/contract.ts';
import { toCsv } from '../figure/csv.ts';
import type { Operator } from './operator.ts';
import { strings } from './strings.ts';

/** Listens to 'share this state' and the data buttons of one figure. */
export function bindSharing(operator: Operator, signal: AbortSignal): void {
  const { host, figure } = operator;
  host.addEventListener(
    'click',
    (event) => {
      const act = (event.target as Element).closest<HTMLElement>('button[data-act]')?.dataset['act'];
      if (act === 'share') void share(operator);
      else if (act === 'csv') save(`${figure.about.name}.csv`, 'text/csv', toCsv(figure, operator.state.frames));
      else if (act === 'svg') void picture(operator);
    },
    { signal },
  );
}

/** On a figure's own page the address follows the state; elsewhere only 'share' writes it. */
export function followAddress(operator: Operator, playing: boolean): void {
  // While playing, browsers refuse an address that changes many times a second.
  if (operator.host.dataset['place'] !== 'page' || playing) return;
  const changed = operator.host.hasAttribute('data-changed');
  const hash = changed ? address(operator) : '';
  if (changed ? hash !== location.hash : isStateHash(location.hash))
    history.replaceState(null, '', hash === '' ? location.pathname + location.search : hash);
}

function address(operator: Operator): string {
  return writeAddress(
    operator.host.id,
    operator.state.values,
    operator.state.index,
    operator.opening,
    operator.figure.params,
  );
}

async function share(operator: Operator): Promise<void> {
  const hash = address(operator);
  const link = new URL(hash, location.href).href;
  if (operator.host.dataset['place'] !== 'embed') history.replaceState(null, '', hash);
  try {
    await navigator.clipboard.writeText(link);
    operator.notice(strings().figure.shared);
  } catch {
    // Without leave to write the clipboard (http, a frame, an old browser) the link is shown.
    operator.notice(`${strings().figure.shareFailed} ${link}`);
  }
}

async function picture(operator: Operator): Promise<void> {
  const [{ standalone }, fonts, tokens, marks] = await Promise.all([
    import('../figure/standalone.ts'),
    import('./page-font.ts').then(({ pageFont }) => pageFont()),
    import('../styles/tokens.css?raw'),
    import('../styles/figure.css?raw'),
  ]);
  const { figure, host } = operator;
  const stage: Stage = host.querySelector('.stage-wide')?.getClientRects().length ? 'wide' : 'narrow';
  const root = host.querySelector(`.stage-${stage} > .root`);
  const dark = getComputedStyle(document.documentElement).colorScheme.includes('dark')
    ? matchMedia('(prefers-color-scheme: dark)').matches || document.documentElement.dataset['theme'] === 'dark'
    : false;
  const svg = standalone({
    fonts,
    markup: root ? new XMLSerializer().serializeToString(root) : '',
    stage,
    height: Number(host.querySelector(`.stage-${stage}`)?.getAttribute('viewBox')?.split(' ')[3] ?? stageSize[stage]),
    title: host.querySelector(`.stage-${stage}`)?.getAttribute('aria-label') ?? '',
    description: figure.describe(operator.frame, operator.state.values),
    tokens: tokens.default,
    marks: marks.default,
    theme: dark && document.documentElement.dataset['theme'] !== 'light' ? 'dark' : 'light',
  });
  save(`${figure.about.name}.svg`, 'image/svg+xml', svg);
}

function save(name: string, type: string, text: string): void {
  const link = document.createElement('a');
  link.download = name;
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.click();
  // The download has begun once the click is handled.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

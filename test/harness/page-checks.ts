import type { Page } from 'playwright-core';

const MS_PER_SECOND = 1_000;

export const tooWide = (page: Page): Promise<boolean> =>
  page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

/** Roles that a screen reader announces by name. */
const NAMED = new Set('button link textbox combobox checkbox img image region navigation application table progressbar'.split(' '));

/** The roles of what a screen reader would announce without a name, and whether there is no heading. */
export async function nameless(page: Page): Promise<string[]> {
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send('Accessibility.getFullAXTree');
  await session.detach();
  const shown = nodes
    .filter(({ ignored }) => !ignored)
    .map(({ role, name }) => ({ role: String(role?.value), name: String(name?.value ?? '') }));
  const unnamed = shown.filter(({ role, name }) => NAMED.has(role) && name.trim() === '').map(({ role }) => role);
  return shown.some(({ role }) => role === 'heading') ? unnamed : [...unnamed, 'no heading'];
}

/** Processor time of a page's main thread while something happens, in ms. */
export async function threadMs(page: Page, happens: () => Promise<unknown>): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const used = async (): Promise<number> => {
    const { metrics } = await session.send('Performance.getMetrics');
    return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0) * MS_PER_SECOND;
  };
  const before = await used();
  await happens();
  const after = await used();
  await session.detach();
  return after - before;
}

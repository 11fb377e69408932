import type { INestApplicationContext } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { HealthListener } from '#shared/platform/process/health-listener.js';

/** Each series, such as `admit_mints{state="sent"}`, and its value. */
export type Scrape = ReadonlyMap<string, number>;

export async function addressOfApp(app: NestFastifyApplication): Promise<string> {
  return (await app.getUrl()).replace('[::1]', '127.0.0.1');
}

/** The address of an app's health and metrics. */
export const healthUrlOf = (app: INestApplicationContext): string => app.get(HealthListener).url;

/** What Prometheus would see now. */
export const scrape = (app: INestApplicationContext): Promise<Scrape> => scrapeAt(healthUrlOf(app));

export async function scrapeAt(url: string): Promise<Scrape> {
  const response = await fetch(`${url}/metrics`);
  const text = await response.text();
  if (!response.ok) throw new Error(`/metrics answered ${response.status}: ${text}`);
  return readScrape(text);
}

export function readScrape(text: string): Scrape {
  const samples = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(samples.map((line) => [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))]));
}

/** By how much each series of a metric grew; those that did not are left out. */
export function growth(metric: string, before: Scrape, after: Scrape): Readonly<Record<string, number>> {
  const grown = [...after].flatMap(([series, value]) => {
    const by = value - (before.get(series) ?? 0);
    return nameOf(series) === metric && by !== 0 ? [[series.slice(metric.length), by] as const] : [];
  });
  return Object.fromEntries(grown);
}

export const nameOf = (series: string): string => series.split('{', 1)[0] as string;
export const namesIn = (page: Scrape): ReadonlySet<string> => new Set([...page.keys()].map(nameOf));

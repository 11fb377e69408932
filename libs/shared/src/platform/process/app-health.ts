const ASK_MS = 3_000;

interface AppHealth {
  readonly app: string;
  /** Absent: the app did not respond. */
  readonly report?: unknown;
}

/** `name=http://…` with commas between. */
export const appsIn = (setting: string): (readonly [app: string, url: string])[] =>
  setting.split(',').flatMap((part) => {
    const at = part.indexOf('=');
    return at < 0 ? [] : [[part.slice(0, at).trim(), part.slice(at + 1).trim()] as const];
  });

export async function healthOf([app, url]: readonly [app: string, url: string]): Promise<AppHealth> {
  try {
    const response = await fetch(new URL('/health/ready', url), { signal: AbortSignal.timeout(ASK_MS), redirect: 'error' });
    return { app, report: (await response.json()) as unknown };
  } catch {
    return { app }; // shown as: does not respond
  }
}

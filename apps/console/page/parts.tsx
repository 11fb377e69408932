import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { age, clock, short } from './format.js';
import { Problem } from './session.js';

export interface Loaded<T> {
  readonly value: T | undefined;
  readonly error: string | undefined;
  readonly reload: () => void;
}

/** Loads again after a failure that may pass. */
const AGAIN_MS = 3_000;
const mayPass = (thrown: unknown): boolean => !(thrown instanceof Problem) || thrown.status === 0 || thrown.status >= 429;

/** Loads now, whenever `deps` change, on `reload`, and every so often. What was loaded stays while it loads again. */
export function useLoaded<T>(load: () => Promise<T>, deps: readonly unknown[], everyMs?: number): Loaded<T> {
  const [state, set] = useState<{ value: T | undefined; error: string | undefined }>({ value: undefined, error: undefined });
  const [round, setRound] = useState(0);
  const latest = useRef(0);
  useEffect(() => set({ value: undefined, error: undefined }), deps);
  useEffect(() => {
    const mine = ++latest.current;
    let again: ReturnType<typeof setTimeout> | undefined;
    const failed = (thrown: unknown): void => {
      if (mine !== latest.current) return;
      set((before) => ({ ...before, error: (thrown as Error).message }));
      if (everyMs === undefined && mayPass(thrown)) again = setTimeout(run, AGAIN_MS);
    };
    const run = (): void => {
      load().then((value) => mine === latest.current && set({ value, error: undefined }), failed);
    };
    run();
    const timer = everyMs === undefined ? undefined : setInterval(() => document.visibilityState === 'visible' && run(), everyMs);
    return () => {
      latest.current += 1; // a response that is under way no longer counts
      clearTimeout(again);
      clearInterval(timer);
    };
  }, [...deps, round]);
  return { ...state, reload: () => setRound((before) => before + 1) };
}

export function useNow(everyMs: number): number {
  const [now, set] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => set(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** What is loaded, or that it is loading, or why it is not. */
export function Shown<T>({ of, children }: { readonly of: Loaded<T>; readonly children: (value: T) => ComponentChildren }) {
  return (
    <>
      {of.error !== undefined && <Note kind="bad">{of.error}</Note>}
      {of.value === undefined ? of.error === undefined && <p class="quiet">Loading…</p> : children(of.value)}
    </>
  );
}

export function Note({ kind, children }: { readonly kind: 'good' | 'bad' | 'plain'; readonly children: ComponentChildren }) {
  return (
    <p class={`note ${kind}`} role={kind === 'bad' ? 'alert' : 'status'}>
      {children}
    </p>
  );
}

const TONES: Readonly<Record<string, string>> = {
  available: 'free',
  free: 'free',
  held: 'held',
  sold: 'sold',
  confirmed: 'good',
  minted: 'good',
  ready: 'good',
  active: 'good',
  selling: 'good',
  'sold out': 'sold',
  accepted: 'good',
  equal: 'good',
  redriven: 'good',
  minting: 'held',
  degraded: 'held',
  'refund-owed': 'held',
  revoking: 'held',
  'mint-failed': 'bad',
  'not ready': 'bad',
  'no response': 'bad',
  refused: 'bad',
  different: 'bad',
  disabled: 'bad',
  open: 'bad',
};

export const Badge = ({ children }: { readonly children: string }) => <span class={`badge ${TONES[children] ?? 'plain'}`}>{children}</span>;

/** An id that is cut in the middle; the whole is in the tooltip, and copied by a press. */
export function Id({ of, kept }: { readonly of: string; readonly kept?: number | undefined }) {
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    void navigator.clipboard?.writeText(of).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1_200);
    });
  };
  return (
    <button type="button" class="id" title={`${of} (press to copy)`} aria-label={`Copy ${of}`} onClick={copy}>
      {copied ? 'copied' : short(of, kept)}
    </button>
  );
}

export const Moment = ({ at }: { readonly at: string | number }) => (
  <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()}>
    {clock(at)}
  </time>
);

export const Age = ({ at, now }: { readonly at: string | number; readonly now: number }) => (
  <time dateTime={new Date(at).toISOString()} title={new Date(at).toISOString()}>
    {age(at, now)}
  </time>
);

export function Table({
  caption,
  heads,
  children,
}: {
  readonly caption: string;
  /** With a dash in front: a column of numbers. */
  readonly heads: readonly string[];
  readonly children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section class="scroll" tabIndex={0} aria-label={caption}>
      <table>
        <caption class="hidden">{caption}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col" class={head.startsWith('-') ? 'number' : ''}>
                {head.replace(/^-/, '')}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

export function Tile({ label, children, hint }: { readonly label: string; readonly children: ComponentChildren; readonly hint?: string }) {
  return (
    <div class="tile">
      <dt>{label}</dt>
      <dd>{children}</dd>
      {hint !== undefined && <dd class="quiet">{hint}</dd>}
    </div>
  );
}

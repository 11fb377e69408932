import './page.css';
import { render } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { Frame } from './frame.js';
import { Live } from './live.js';
import { Api, type Session, storedSession, storeSession } from './session.js';
import { SignIn } from './sign-in.js';

function Page() {
  const [session, set] = useState<Session | undefined>(storedSession);
  const change = (next: Session | undefined): void => {
    storeSession(next);
    set(next);
  };
  if (session === undefined) return <SignIn onSession={change} />;
  return <SignedIn session={session} onChange={change} />;
}

function SignedIn({ session, onChange }: { readonly session: Session; readonly onChange: (session: Session | undefined) => void }) {
  const who = session.token ?? session.apiKey;
  const api = useMemo(() => new Api(session, onChange), [who]);
  const [live, setLive] = useState<Live>();
  const isReading = session.apiKey !== undefined;
  useEffect(() => {
    if (!isReading) return undefined;
    const opened = new Live(api);
    setLive(opened);
    return () => opened.end();
  }, [api, session.tenant, isReading]);
  return <Frame session={session} api={api} live={live} onSignOut={() => onChange(undefined)} />;
}

const place = document.getElementById('page');
if (place !== null) render(<Page />, place);

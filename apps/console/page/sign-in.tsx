import { useState } from 'preact/hooks';
import { Note } from './parts.js';
import { type Session, signIn } from './session.js';

export function SignIn({ onSession }: { readonly onSession: (session: Session) => void }) {
  const [secret, setSecret] = useState('');
  const [error, setError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = (event: Event): void => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    signIn(secret.trim())
      .then(onSession, (thrown: Error) => setError(thrown.message))
      .finally(() => setBusy(false));
  };
  return (
    <main class="sign-in">
      <form onSubmit={submit} class="card">
        <h1>
          <img src="/icon.svg" alt="" width="28" height="28" /> admit-one
        </h1>
        <label for="secret">API key or operator token</label>
        <input
          id="secret"
          type="password"
          autocomplete="off"
          spellcheck={false}
          required
          value={secret}
          onInput={({ currentTarget }) => setSecret(currentTarget.value)}
        />
        <button type="submit" class="main" disabled={isBusy}>
          {isBusy ? 'Signing in…' : 'Sign in'}
        </button>
        {error !== undefined && <Note kind="bad">{error}</Note>}
        <p class="quiet">
          An API key shows its tenant. The operator token shows all tenants, dead letters and replays. It is kept in this tab only, until
          you close it or sign out.
        </p>
        <p class="quiet">
          Of a service that runs by <code>npm start</code>, <code>.admit/stack.env</code> has the key (ADMIT_API_KEY) and{' '}
          <code>.admit/env/console.env</code> the token (CONSOLE_OPERATOR_TOKEN).
        </p>
      </form>
    </main>
  );
}

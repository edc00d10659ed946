/* Talking to the server: asking, and listening to what happens. */

import { t } from './teksten.js';

const { pad, csrf } = document.body.dataset;
const SILENCE = 50_000; // the server speaks every 20 seconds
const HICCUP = 1_500; // a connection that is back within this is not worth a word

/** `status` is 0 when the server cannot be reached. */
export class Fout extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }

  /** Whether trying again may help. */
  get tijdelijk() {
    return this.status === 0 || this.status >= 500;
  }
}

function loggedOut() {
  // What was typed is kept in this tab, and is there again after logging in.
  location.assign(`${pad}/inloggen`);
}

async function ask(method, path, body) {
  const headers = method === 'GET' ? {} : { 'X-Balie-CSRF': csrf, 'Content-Type': 'application/json' };
  let answer;
  try {
    answer = await fetch(`${pad}/api${path}`, {
      method,
      headers,
      body: method === 'GET' ? undefined : JSON.stringify(body ?? {}),
      cache: 'no-store',
      credentials: 'same-origin',
      signal: AbortSignal.timeout(20_000),
    });
  } catch {
    throw new Fout(0, t('foutNet'));
  }
  if (answer.status === 401) loggedOut();
  const content = answer.status === 204 ? null : await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Fout(answer.status, content?.fout ?? t('fout'));
  return content;
}

export const get = (path) => ask('GET', path);
export const post = (path, body) => ask('POST', path, body);

/** The live desk. Calls `stand(state, now)` at each change and `verbinding(up)`; comes back by itself. */
export function listen({ stand, verbinding }) {
  let source;
  let timer;
  let failures = 0;
  let told;
  const down = (after) => {
    told ??= setTimeout(() => verbinding(false), after);
  };
  const up = () => {
    clearTimeout(told);
    told = undefined;
    verbinding(true);
  };
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(again, SILENCE);
  };
  const beat = () => post('/hartslag').catch(() => {});
  const again = () => {
    source?.close();
    clearTimeout(timer);
    down(HICCUP);
    if (navigator.onLine) timer = setTimeout(open, Math.min(15_000, 500 * 2 ** failures++));
  };
  const open = () => {
    source = new EventSource(`${pad}/api/events`);
    alive();
    source.addEventListener('stand', ({ data }) => {
      alive();
      failures = 0;
      up();
      const { nu, stand: state } = JSON.parse(data);
      stand(state, Date.parse(nu));
    });
    source.addEventListener('tik', () => {
      alive();
      beat();
    });
    source.addEventListener('uit', loggedOut);
    source.addEventListener('error', () => {
      // Why, an EventSource does not say: 401 leads to the log-in page by way of this.
      if (source.readyState === EventSource.CLOSED) get('/stand').catch(() => {});
      again();
    });
  };
  addEventListener('offline', () => {
    down(0);
    again();
  });
  addEventListener('online', () => {
    failures = 0;
    again();
  });
  addEventListener('pagehide', () => source?.close());
  addEventListener('pageshow', (event) => event.persisted && again());
  open();
}

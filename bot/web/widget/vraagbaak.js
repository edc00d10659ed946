/* Vraagbaak: the launcher. The only file that a page includes:
 *   <script src="https://chat.example/v1/vraagbaak.js" data-gemeente="voorbeeldstad" defer></script>
 * It shows one button and fetches the panel when a resident opens it. It leaves no globals and stores nothing.
 */
(() => {
  'use strict';

  const NAME = 'vraagbaak-chat';
  const script = document.currentScript;

  /* Tokens that launcher and panel share. `--vraagbaak-*` is for pages; the chain goes on to NL Design System names. */
  const STYLE = `
:host { all: initial !important; display: block !important; }
:host([hidden]) { display: none !important; }
:host {
  --_d-accent: #154273; --_d-accent-hover: #0e2f53; --_d-op-accent: #fff; --_d-focus: #0b0c0c; --_d-ring: #fff;
  --_accent: var(--vraagbaak-accent, var(--utrecht-button-primary-action-background-color, var(--nl-button-primary-background-color, var(--_d-accent))));
  --_op-accent: var(--vraagbaak-op-accent, var(--utrecht-button-primary-action-color, var(--nl-button-primary-color, var(--_d-op-accent))));
  --_accent-hover: var(--vraagbaak-accent-hover, var(--utrecht-button-primary-action-hover-background-color, var(--nl-button-primary-hover-background-color, var(--_d-accent-hover))));
  --_op-accent-hover: var(--vraagbaak-op-accent-hover, var(--utrecht-button-primary-action-hover-color, var(--nl-button-primary-hover-color, var(--_op-accent))));
  --_lettertype: var(--vraagbaak-lettertype, var(--utrecht-document-font-family, var(--nl-paragraph-font-family, system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif)));
  --_tekengrootte: var(--vraagbaak-tekengrootte, 1em);
  --_hoek: var(--vraagbaak-hoek, var(--utrecht-button-border-radius, var(--nl-button-border-radius, 6px)));
  --_focus: var(--vraagbaak-focus, var(--utrecht-focus-outline-color, var(--nl-focus-outline-color, var(--_d-focus))));
  --_focus-ring: var(--vraagbaak-focus-ring, var(--utrecht-focus-inverse-outline-color, var(--nl-focus-inverse-outline-color, var(--_d-ring))));
  --_afstand: var(--vraagbaak-afstand, 1em);
  --_afstand-onder: var(--vraagbaak-afstand-onder, var(--_afstand));
  --_laag: var(--vraagbaak-laag, 9000);
  --_schaduw: var(--vraagbaak-schaduw, 0 .5em 2em rgb(11 29 51 / .22), 0 .1em .4em rgb(11 29 51 / .16));
}
@media (prefers-color-scheme: dark) {
  :host { --_d-accent: #9cc7f0; --_d-accent-hover: #c3defa; --_d-op-accent: #0b1622; --_d-focus: #fff; --_d-ring: #0b1622; }
}
[hidden] { display: none !important; }
.starter {
  box-sizing: border-box; position: fixed; z-index: var(--_laag); inset: auto var(--_afstand) var(--_afstand-onder) auto;
  margin-bottom: env(safe-area-inset-bottom); max-width: calc(100vw - 2 * var(--_afstand)); min-height: 3.25em;
  display: inline-flex; align-items: center; gap: .65em; padding: .6em 1.15em .6em .95em; margin-left: 0;
  border: 1px solid transparent; border-radius: var(--vraagbaak-starter-hoek, 1.75em); cursor: pointer;
  background: var(--_accent); color: var(--_op-accent); box-shadow: var(--_schaduw);
  font: 600 var(--_tekengrootte)/1.3 var(--_lettertype); text-align: left;
}
.starter:hover { background: var(--_accent-hover); color: var(--_op-accent-hover); }
.starter:focus-visible { outline: 3px solid var(--_focus); outline-offset: 3px; box-shadow: 0 0 0 3px var(--_focus-ring); }
.starter svg { flex: none; width: 1.6em; height: 1.6em; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.starter[aria-busy=true] { cursor: progress; }
.ongelezen { padding: .05em .6em; border-radius: 1em; background: var(--_op-accent); color: var(--_accent); font-weight: 700; font-size: .9em; white-space: nowrap; border: 1px solid transparent; }
.nood {
  box-sizing: border-box; position: fixed; z-index: var(--_laag); inset: auto var(--_afstand) calc(var(--_afstand-onder) + 4.25em) auto;
  width: 22em; max-width: calc(100vw - 2 * var(--_afstand)); padding: 1em 1.15em; border: 1px solid #5b6b7c; border-radius: 8px;
  background: #fff; color: #16202b; box-shadow: var(--_schaduw); font: var(--_tekengrootte)/1.5 var(--_lettertype);
}
.nood p { margin: 0 0 .5em; } .nood a { display: inline-block; padding: .6em 0; color: #154273; margin-right: 1.25em; }
@media print { .starter, .nood { display: none !important; } }
`;
  const SVG = 'http://www.w3.org/2000/svg';

  function icon() {
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', '0 0 24 24');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', 'M4 5.5h16v11h-8.5L7 20.5v-4H4zM8 9.5h8M8 12.5h5');
    svg.append(path);
    return svg;
  }

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  class VraagbaakChat extends HTMLElement {
    #button;
    #label;
    #badge;
    #words;
    #panel = null;
    #loading = null;
    #attempts = 0;
    #unread = 0;

    connectedCallback() {
      if (this.shadowRoot) this.#panel?.resume();
      else this.#build();
    }

    disconnectedCallback() {
      this.#panel?.pause();
      // A single-page site may swap the whole body; the chat comes along. Moved elsewhere or replaced: leave it.
      if (this.added) setTimeout(() => document.querySelector(NAME) ?? document.body.append(this));
    }

    /** Opens the panel. */
    open() {
      return this.#open();
    }

    /** Minimises the panel; the conversation goes on. */
    close() {
      this.#panel?.close();
    }

    get #gemeente() {
      return this.dataset.gemeente ?? this.getAttribute('gemeente') ?? script?.dataset.gemeente ?? '';
    }

    get #base() {
      return new URL('.', script?.src || location.href).href;
    }

    get #session() {
      const session = read(`vraagbaak:${this.#gemeente}`);
      return session?.token && !session.einde && Date.parse(session.verloopt) > Date.now() ? session : null;
    }

    async #build() {
      const root = this.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      this.#button = document.createElement('button');
      this.#button.type = 'button';
      this.#button.className = 'starter';
      this.#button.setAttribute('aria-expanded', 'false');
      this.#label = document.createElement('span');
      this.#badge = document.createElement('span');
      this.#badge.className = 'ongelezen';
      this.#badge.hidden = true;
      this.#button.append(icon(), this.#label, this.#badge);
      this.#button.addEventListener('click', () => this.#open());
      try {
        const { teksten } = await import(`${this.#base}teksten.js`);
        const form = read(`vraagbaak:${this.#gemeente}:gemeente`)?.aanspreekvorm;
        this.#words = teksten(form);
      } catch {
        // Our server is down: what the page put inside the element, such as a link to its contact page, shows.
        root.append(document.createElement('slot'));
        return;
      }
      this.lang = 'nl';
      root.append(this.#button);
      this.#relabel();
      // Somebody who waits for an employee must see the count go up, also on the next page.
      if (['wachtrij', 'medewerker'].includes(this.#session?.eigenaar)) this.#load().catch(() => {});
    }

    #relabel() {
      this.#label.textContent = this.#words(this.#session ? 'starterVerder' : 'starter');
      this.#badge.hidden = !this.#unread;
      this.#badge.textContent = this.#unread ? this.#words('ongelezen', { n: this.#unread }) : '';
    }

    async #config() {
      const key = `vraagbaak:${this.#gemeente}:gemeente`;
      const url = `${this.#base}gemeente/${encodeURIComponent(this.#gemeente)}.json`;
      const get = async (cache) => {
        const answer = await fetch(url, { cache, credentials: 'omit', signal: AbortSignal.timeout(6000) });
        if (!answer.ok) throw new Error(String(answer.status));
        return answer.json();
      };
      try {
        return { gemeente: await get('default'), fresh: true };
      } catch {
        // Our own copy, or what the browser's cache still has of it.
        return { gemeente: read(key) ?? (await get('force-cache').catch(() => null)), fresh: false };
      }
    }

    #load() {
      this.#loading ??= (async () => {
        const suffix = this.#attempts++ ? `?poging=${this.#attempts}` : '';
        const [{ Paneel }, config] = await Promise.all([import(`${this.#base}paneel.js${suffix}`), this.#config()]);
        this.#panel = new Paneel({
          host: this,
          root: this.shadowRoot,
          base: this.#base,
          id: this.#gemeente,
          server: this.dataset.server ?? this.getAttribute('server') ?? script?.dataset.server,
          button: this.#button,
          config,
          reload: () => this.#config(),
          onUnread: (count, words) => {
            this.#unread = count;
            this.#words = words;
            this.#relabel();
          },
        });
        await this.#panel.ready;
        return this.#panel;
      })();
      this.#loading.catch(() => (this.#loading = null));
      return this.#loading;
    }

    async #open() {
      if (!this.#words || this.#button.ariaBusy === 'true') return;
      this.shadowRoot.querySelector('.nood')?.remove();
      this.#button.ariaBusy = 'true';
      try {
        (await this.#load()).open();
      } catch {
        this.#emergency();
      }
      this.#button.ariaBusy = null;
    }

    /* The panel itself cannot be fetched: say so, and give the other ways to reach the municipality. */
    async #emergency() {
      const { gemeente } = await this.#config();
      const box = document.createElement('div');
      box.className = 'nood';
      box.setAttribute('role', 'alert');
      const say = document.createElement('p');
      say.textContent = this.#words('paneelFout');
      box.append(say);
      const contact = gemeente?.contact;
      for (const [href, text] of [
        [contact?.telefoon_link, contact && this.#words('bel', { telefoon: contact.telefoon })],
        [contact?.contactpagina ?? contact?.website, this.#words('contactpagina')],
      ]) {
        if (!/^(https?|tel):/i.test(href ?? '')) continue;
        const link = document.createElement('a');
        link.href = href;
        link.textContent = text;
        box.append(link);
      }
      box.append(document.createElement('slot'));
      this.#button.before(box);
    }
  }

  function place() {
    if (document.querySelector(NAME)) return;
    const chat = document.createElement(NAME);
    chat.added = true;
    document.body.append(chat);
  }

  if (!customElements.get(NAME)) customElements.define(NAME, VraagbaakChat);
  if (document.body && document.readyState !== 'loading') place();
  else document.addEventListener('DOMContentLoaded', place, { once: true });
})();

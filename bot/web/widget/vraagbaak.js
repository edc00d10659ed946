/* Vraagbaak: the launcher, the only file that a page includes. Leaves no globals, stores nothing.
 *   <script src="https://chat.example/v1/vraagbaak.js" data-gemeente="voorbeeldstad" defer></script> */
(() => {
  const NAME = 'vraagbaak-chat';
  const script = document.currentScript;
  const base = new URL('.', script?.src || location.href).href;

  /* Pages set `--vraagbaak-*`, or have NL Design System names. paneel.css goes on with these. */
  const STYLE = `
:host { all: initial !important; display: block !important }
:host([hidden]) { display: none !important }
:host {
  --_p-accent: var(--vraagbaak-accent, var(--utrecht-button-primary-action-background-color, var(--nl-button-primary-background-color)));
  --_p-op-accent: var(--vraagbaak-op-accent, var(--utrecht-button-primary-action-color, var(--nl-button-primary-color)));
  --_p-hover: color-mix(in srgb, var(--_p-accent) 82%, #000);
  --_accent: var(--_p-accent, #154273);
  --_op-accent: var(--_p-op-accent, #fff);
  --_accent-hover: var(--vraagbaak-accent-hover, var(--utrecht-button-primary-action-hover-background-color, var(--nl-button-primary-hover-background-color, var(--_p-hover, #0e2f53))));
  --_op-accent-hover: var(--vraagbaak-op-accent-hover, var(--utrecht-button-primary-action-hover-color, var(--nl-button-primary-hover-color, var(--_op-accent))));
  --_focus: var(--vraagbaak-focus, var(--utrecht-focus-outline-color, var(--nl-focus-outline-color, #0b0c0c)));
  --_hoek: var(--vraagbaak-hoek, var(--utrecht-button-border-radius, var(--nl-button-border-radius, 6px)));
  --_letter: var(--vraagbaak-lettertype, var(--utrecht-document-font-family, var(--nl-paragraph-font-family, system-ui, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif)));
  --_tekst-grootte: var(--vraagbaak-tekstgrootte, 1em);
  --_afstand: var(--vraagbaak-afstand, 1em);
  --_onder: var(--vraagbaak-afstand-onder, var(--_afstand));
  --_laag: var(--vraagbaak-laag, 9000);
  --_schaduw: var(--vraagbaak-schaduw, 0 .4em 1.75em rgb(11 29 51 / .25));
}
[hidden] { display: none !important }
.starter, .nood { box-sizing: border-box; position: fixed; z-index: var(--_laag); inset: auto var(--_afstand) var(--_onder) auto; max-width: calc(100vw - 2 * var(--_afstand)); font: 600 var(--_tekst-grootte)/1.35 var(--_letter); box-shadow: var(--_schaduw) }
.starter { display: flex; align-items: center; gap: .65em; min-height: 3.25em; margin: 0 0 env(safe-area-inset-bottom); padding: .5em 1.15em .5em 1em; border: 1px solid transparent; border-radius: var(--vraagbaak-starter-hoek, 8px); background: var(--_accent); color: var(--_op-accent); text-align: start; cursor: pointer }
.starter:hover { background: var(--_accent-hover); color: var(--_op-accent-hover) }
.starter:focus-visible { outline: 3px solid var(--_focus); outline-offset: 3px; box-shadow: 0 0 0 3px #fff }
.starter svg { flex: none; width: 1.6em; fill: none; stroke: currentColor; stroke-width: 1.75; stroke-linejoin: round; stroke-linecap: round }
.nieuw { padding: .05em .55em; border-radius: 4px; background: var(--_op-accent); color: var(--_accent); white-space: nowrap }
.nood { bottom: calc(var(--_onder) + 4.25em); width: 21em; padding: 1em 1.25em; border-radius: 8px; background: #fff; color: #16202b; font-weight: 400 }
.nood a { display: block; padding-top: .75em; color: #154273 }
@media print { .starter, .nood { display: none } }
`;

  function read(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  function make(parent, name, className = '') {
    const node = parent.appendChild(document.createElement(name));
    node.className = className;
    return node;
  }

  class VraagbaakChat extends HTMLElement {
    #button;
    #label;
    #badge;
    #words;
    #panel;
    #loading;
    #attempt = 0;

    connectedCallback() {
      if (this.shadowRoot) this.#panel?.resume();
      else this.#build();
    }

    disconnectedCallback() {
      this.#panel?.pause();
      // A single-page site may replace the whole body; the chat comes along.
      if (this.added) setTimeout(() => document.querySelector(NAME) ?? document.body.append(this));
    }

    open() {
      return this.#open();
    }

    close() {
      this.#panel?.close();
    }

    #setting(name) {
      return this.dataset[name] ?? script?.dataset[name];
    }

    get #key() {
      return `vraagbaak:${this.#setting('gemeente')}`;
    }

    get #session() {
      const session = read(this.#key);
      return session && !session.einde && Date.parse(session.verloopt) > Date.now() ? session : null;
    }

    async #build() {
      const root = this.attachShadow({ mode: 'open' });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      try {
        const { teksten } = await import(`${base}teksten.js`);
        this.#words = teksten(read(`${this.#key}:gemeente`)?.aanspreekvorm);
      } catch {
        // Down: what the page put inside the element shows.
        make(root, 'slot');
        return;
      }
      this.lang = 'nl';
      this.#button = make(root, 'button', 'starter');
      this.#button.type = 'button';
      this.#button.ariaExpanded = 'false';
      this.#button.onclick = () => this.#open();
      const svg = this.#button.appendChild(document.createElementNS('http://www.w3.org/2000/svg', 'svg'));
      const path = svg.appendChild(document.createElementNS(svg.namespaceURI, 'path'));
      svg.setAttribute('viewBox', '0 0 24 24');
      svg.setAttribute('aria-hidden', 'true');
      path.setAttribute('d', 'M4 5.5h16v11h-8.5L7 20.5v-4H4zM8 9.5h8M8 12.5h5');
      this.#label = make(this.#button, 'span');
      this.#badge = make(this.#button, 'span', 'nieuw');
      this.#relabel(0);
      // Who waits for an employee must see the count go up.
      if ((this.#session?.eigenaar ?? 'bot') !== 'bot') this.#load().catch(() => {});
    }

    #relabel(unread, words = this.#words) {
      this.#words = words;
      this.#label.textContent = words(this.#session ? 'starterVerder' : 'starter');
      this.#badge.textContent = words('ongelezen', { n: unread });
      this.#badge.hidden = !unread;
    }

    async #config() {
      const get = async (cache) => {
        const url = `${base}gemeente/${encodeURIComponent(this.#setting('gemeente'))}.json`;
        const answer = await fetch(url, { cache, credentials: 'omit', signal: AbortSignal.timeout(6000) });
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      };
      try {
        return { gemeente: await get('default'), fresh: true };
      } catch {
        // Our own copy, or an old one that the browser's cache still has.
        return { gemeente: read(`${this.#key}:gemeente`) ?? (await get('force-cache').catch(() => null)) };
      }
    }

    #load() {
      this.#loading ??= (async () => {
        const url = `${base}paneel.js${this.#attempt++ ? `?${this.#attempt}` : ''}`;
        const [{ Paneel }, config] = await Promise.all([import(url), this.#config()]);
        const panel = new Paneel({
          host: this,
          root: this.shadowRoot,
          button: this.#button,
          base,
          id: this.#setting('gemeente'),
          portaal: () => this.#setting('portaal'),
          server: this.#setting('server'),
          config,
          reload: () => this.#config(),
          onUnread: (unread, words) => this.#relabel(unread, words),
        });
        await panel.start();
        return (this.#panel = panel);
      })();
      this.#loading.catch(() => (this.#loading = null));
      return this.#loading;
    }

    async #open() {
      if (!this.#words || this.#button.ariaBusy) return;
      this.#button.ariaBusy = 'true';
      this.shadowRoot.querySelector('.nood')?.remove();
      await this.#load().then((panel) => panel.open(), () => this.#apologise());
      this.#button.ariaBusy = null;
    }

    async #apologise() {
      const { contact = {} } = (await this.#config()).gemeente ?? {};
      const box = make(this.shadowRoot, 'div', 'nood');
      box.role = 'alert';
      make(box, 'div').textContent = this.#words('paneelFout');
      for (const [href, text] of [
        [contact.telefoon_link, this.#words('bel', contact)],
        [contact.website, this.#words('website')],
      ]) {
        if (/^(https?|tel):/i.test(href ?? '')) Object.assign(make(box, 'a'), { href, textContent: text });
      }
      make(box, 'slot');
    }
  }

  function place() {
    if (document.querySelector(NAME)) return;
    const chat = document.createElement(NAME);
    chat.added = true;
    document.body.append(chat);
  }

  if (!customElements.get(NAME)) customElements.define(NAME, VraagbaakChat);
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', place);
  else place();
})();

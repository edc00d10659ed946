/* Building elements. There is no HTML string anywhere, so the widget runs under Trusted Types. */

const SVG = 'http://www.w3.org/2000/svg';

const ICONS = {
  menu: 'M5 12h.01M12 12h.01M19 12h.01',
  min: 'M6 9.5l6 6 6-6',
  person: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6',
  phone: 'M6.5 3.5l3 .5 1.5 4-2 1.7c1 2.2 2.8 4 5 5l1.7-2 4 1.5.5 3c0 1.7-1.5 3-3.2 2.8C10 19.2 4.8 14 4 7c-.1-1.8.9-3.5 2.5-3.5z',
  bot: 'M5 8.5h14v10H5zM12 8.5V5M9 13v1M15 13v1M2.5 12v3M21.5 12v3M12 5h.01',
  up: 'M7 11v9H3.5v-9zM7 11l4-7.5c1.7 0 2.7 1.2 2.3 2.9L12.7 9.5H19c1.2 0 2 1 1.7 2.2l-1.6 6.5c-.3 1.1-1.1 1.8-2.2 1.8H7',
  down: 'M17 13V4h3.5v9zM17 13l-4 7.5c-1.7 0-2.7-1.2-2.3-2.9l.6-3.1H5c-1.2 0-2-1-1.7-2.2l1.6-6.5C5.2 4.7 6 4 7.1 4H17',
  send: 'M4 12h15M13 5.5l6.5 6.5-6.5 6.5',
  warn: 'M12 3.5l9.5 16.5h-19zM12 10v4.5M12 17.3h.01',
  again: 'M19.5 12a7.5 7.5 0 1 1-2.2-5.3L19.5 9M19.5 4v5h-5',
  arrow: 'M12 5v14M6 13.5l6 6 6-6',
};

/** An element; `on<event>` attributes become listeners, null and false are left out. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? '' : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

export function button(text, onclick, attributes = {}, iconName = null) {
  return el('button', { type: 'button', onclick, ...attributes }, iconName && icon(iconName), el('span', {}, text));
}

/** A decorative icon. */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `icoon icoon-${name}`);
  const path = document.createElementNS(SVG, 'path');
  path.setAttribute('d', ICONS[name]);
  svg.append(path);
  return svg;
}

/** Text that only screen readers get. */
export const hidden = (text) => el('span', { class: 'vs' }, text);

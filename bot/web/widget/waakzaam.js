/* Recognises numbers that a resident had better not send: BSN, IBAN, payment card. The server masks them as well. */

const SEPARATOR = '[\\s.\\-/\\u00a0\\u2010-\\u2015]{0,3}';
const RUN = new RegExp(`(?<![\\d])\\d(?:${SEPARATOR}\\d)*`, 'g');
const DATE = /^(\d{1,2}[\s.\-/]\d{1,2}[\s.\-/]\d{4}|\d{4}[\s.\-/]\d{1,2}[\s.\-/]\d{1,2})$/;
const IBAN_BEGIN = /(?<![A-Za-z0-9])[A-Za-z]{2}[\s.-]{0,2}\d{2}/g;

/** Length of an IBAN per country (ISO 13616 registry). */
const IBAN_LENGTH = Object.fromEntries(
  (
    'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23' +
    'GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30' +
    'NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SD18SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20'
  )
    .match(/.{4}/g)
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

function isBsn(digits) {
  if (digits.length < 8 || digits.length > 9 || new Set(digits).size < 2) return false;
  const nine = digits.padStart(9, '0');
  let sum = -Number(nine[8]);
  for (let index = 0; index < 8; index++) sum += (9 - index) * Number(nine[index]);
  return sum % 11 === 0;
}

function isCard(digits) {
  if (digits.length < 13 || digits.length > 19 || new Set(digits).size < 2) return false;
  let sum = 0;
  for (let index = 0; index < digits.length; index++) {
    const digit = Number(digits[digits.length - 1 - index]) * (index % 2 ? 2 : 1);
    sum += digit > 9 ? digit - 9 : digit;
  }
  return sum % 10 === 0;
}

function isIban(compact) {
  const moved = (compact.slice(4) + compact.slice(0, 4)).toUpperCase();
  let rest = 0;
  for (const char of moved) {
    const value = parseInt(char, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}

function kindOf(digits) {
  if (isBsn(digits)) return 'bsn';
  return isCard(digits) ? 'kaart' : null;
}

function* ibans(text) {
  for (const begin of text.matchAll(IBAN_BEGIN)) {
    const length = IBAN_LENGTH[begin[0].slice(0, 2).toUpperCase()];
    if (!length) continue;
    let compact = '';
    let end = begin.index;
    while (end < text.length && compact.length < length && /[\sA-Za-z0-9.\-\u00a0]/.test(text[end])) {
      if (/[A-Za-z0-9]/.test(text[end])) compact += text[end];
      end++;
    }
    if (compact.length === length && !/[A-Za-z0-9]/.test(text[end] ?? '') && isIban(compact)) {
      yield { soort: 'iban', begin: begin.index, eind: end };
    }
  }
}

function* inRun(text, begin) {
  const kind = DATE.test(text) ? null : kindOf(text.replace(/\D/g, ''));
  if (kind) {
    yield { soort: kind, begin, eind: begin + text.length };
    return;
  }
  // Two numbers one after another, or a spaced number among others: try each row of whole groups.
  const groups = [...text.matchAll(/\d+/g)];
  for (let first = 0; first < groups.length; first++) {
    for (let last = groups.length - 1; last >= first; last--) {
      const end = groups[last].index + groups[last][0].length;
      const part = text.slice(groups[first].index, end);
      const found = DATE.test(part) || (last > first && /\d{10}/.test(part)) ? null : kindOf(part.replace(/\D/g, ''));
      if (found && !(found === 'bsn' && part.replace(/\D/g, '').length === 8 && last > first)) {
        yield { soort: found, begin: begin + groups[first].index, eind: begin + end };
        first = last;
        break;
      }
    }
  }
}

/** What was seen, in order: `[{ soort: 'bsn' | 'iban' | 'kaart', begin, eind }]`. */
export function seen(text) {
  const found = [...ibans(text)];
  for (const run of text.matchAll(RUN)) {
    for (const one of inRun(run[0], run.index)) {
      if (!found.some((other) => one.begin < other.eind && one.eind > other.begin)) found.push(one);
    }
  }
  return found.sort((a, b) => a.begin - b.begin);
}

/** `text` without what was seen. */
export function without(text, found) {
  let rest = text;
  for (const { begin, eind } of [...found].reverse()) rest = rest.slice(0, begin) + rest.slice(eind);
  return rest.replace(/[ \t]{2,}/g, ' ').trim();
}

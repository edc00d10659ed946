/* Recognises numbers that a resident had better not send: BSN, IBAN, payment card. The server masks them as well. */

const RUN = /(?<!\d)\d(?:[\s.\-/\u2010-\u2015]{0,3}\d)*/g;
const IBAN = /(?<![a-z0-9])[a-z]{2}\d{2}(?:[\s.-]?[a-z0-9]){11,30}(?![a-z0-9])/gi;
const DATE = /^(\d{1,2}\D\d{1,2}\D\d{4}|\d{4}\D\d{1,2}\D\d{1,2})$/;

function isBsn(digits) {
  const nine = digits.padStart(9, '0');
  const sum = [...nine].reduce((total, digit, index) => total + digit * (index < 8 ? 9 - index : -1), 0);
  return digits.length > 7 && digits.length < 10 && sum > 0 && sum % 11 === 0 && new Set(digits).size > 1;
}

function isCard(digits) {
  const sum = [...digits].reverse().reduce((total, digit, index) => {
    const value = digit * (1 + (index % 2));
    return total + (value > 9 ? value - 9 : value);
  }, 0);
  // Cards begin with 22-27 or 3-6 (ISO/IEC 7812); a case number that begins with its year does not.
  return /^(2[2-7]|[3-6])\d{11,17}$/.test(digits) && sum % 10 === 0;
}

function isIban(text) {
  const compact = text.replace(/[^a-z0-9]/gi, '').toUpperCase();
  // Words may look like a foreign one; that has at least eight digits.
  const shape = /^NL/.test(compact) ? /^NL\d\d[A-Z]{4}\d{10}$/ : /^[A-Z]{2}\d\d(?=(\D*\d){8})\w{11,30}$/;
  const digits = (compact.slice(4) + compact.slice(0, 4)).replace(/[A-Z]/g, (letter) => parseInt(letter, 36));
  return shape.test(compact) && [...digits].reduce((rest, digit) => (rest * 10 + Number(digit)) % 97, 0) === 1;
}

function kindOf(text) {
  const digits = text.replace(/\D/g, '');
  if (DATE.test(text)) return null;
  return isBsn(digits) ? 'bsn' : isCard(digits) && 'kaart';
}

/* The longest row of whole groups first. */
function* within(text, offset, group, kind) {
  const parts = [...text.matchAll(group)];
  for (let first = 0; first < parts.length; first++) {
    for (let last = parts.length - 1; last >= first; last--) {
      const begin = parts[first].index;
      const eind = parts[last].index + parts[last][0].length;
      const soort = eind - begin < 70 && kind(text.slice(begin, eind));
      if (!soort) continue;
      yield { soort, begin: offset + begin, eind: offset + eind };
      first = last;
      break;
    }
  }
}

/** What was seen, in order: `[{ soort: 'bsn' | 'iban' | 'kaart', begin, eind }]`. */
export function seen(text) {
  const found = [];
  const add = (one) => found.some(({ begin, eind }) => one.begin < eind && one.eind > begin) || found.push(one);
  for (const { 0: run, index } of text.matchAll(IBAN)) {
    for (const one of within(run, index, /[a-z0-9]+/gi, (part) => isIban(part) && 'iban')) add(one);
  }
  for (const { 0: run, index } of text.matchAll(RUN)) for (const one of within(run, index, /\d+/g, kindOf)) add(one);
  return found.sort((a, b) => a.begin - b.begin);
}

export const without = (text, found) =>
  found.reduceRight((rest, { begin, eind }) => rest.slice(0, begin).trimEnd() + rest.slice(eind), text).trim();

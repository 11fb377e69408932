// A theatre of 1,200 places, as `sale.open` takes it, and what its 2,000 buyers ask for.

const CATEGORIES = ['stalls', 'circle', 'box', 'standing'];
const TYPES = ['adult', 'child', 'senior'];
/** Minor units by category, in the order of the types. */
const AMOUNTS = { stalls: [9_000, 4_500, 6_750], circle: [6_000, 3_000, 4_500], box: [12_000, 6_000, 9_000], standing: [2_500, 0, 1_999] };
const STALLS = 20;
const CIRCLE = 10;
const BOXES = 25;
const SEATS_OF_A_BOX = 4;
const STANDING = 200;
const USES = 100;

const odd = { from: 1, to: 29, step: 2 };
const even = { from: 2, to: 30, step: 2 };
const numbered = (count, made) => Array.from({ length: count }, (_, index) => made(index + 1));

export const PLACES = (STALLS + CIRCLE) * 30 + BOXES * SEATS_OF_A_BOX + STANDING;
export const CODE = { code: 'FRIENDS', uses: USES, percentOff: 20, types: ['adult', 'senior'] };
export const CURRENCY = 'EUR';

export const pricesOf = (amounts = AMOUNTS) =>
  CATEGORIES.flatMap((category) => TYPES.map((type, index) => ({ category, type, amount: `${amounts[category][index]}` })));

/** Later orders pay more for standing. */
export const raisedPrices = () => pricesOf({ ...AMOUNTS, standing: AMOUNTS.standing.map((amount) => amount + 500) });

export const opening = (sale) => ({
  sale,
  name: 'The Threepenny Opera',
  currency: CURRENCY,
  categories: [
    { category: 'stalls', name: 'Parkett' },
    { category: 'circle', name: 'Rang' },
    { category: 'box', name: 'Logen', maxPerBuyer: SEATS_OF_A_BOX },
    { category: 'standing', name: 'Stehplätze', maxPerBuyer: 4 },
  ],
  types: [{ type: 'adult' }, { type: 'child', name: 'Kind bis 12' }, { type: 'senior', name: 'Ermäßigt' }],
  prices: pricesOf(),
  codes: [CODE],
  units: {
    rows: [
      ...numbered(STALLS, (row) => ({ row: `P${row}`, label: `Parkett, Reihe ${row}`, category: 'stalls', seats: [odd, even] })),
      ...numbered(CIRCLE, (row) => ({ row: `R${row}`, label: `Rang, Reihe ${row}`, category: 'circle', seats: [odd, even] })),
      ...numbered(BOXES, (box) => ({ row: `BOX${box}`, label: `Loge Ä ${box}`, category: 'box', from: 1, to: SEATS_OF_A_BOX })),
    ],
    areas: [{ area: 'floor', label: 'Stehparkett', category: 'standing', quota: STANDING }],
  },
  maxPerBuyer: 6,
  holdSeconds: 3_600,
  payment: 'webhook',
  mint: 'on-request',
});

/** The order of one of the buyers: a couple, a family, a box, some who stand, or one who is alone. Every ninth has the code. */
export function wanted(number) {
  const buyer = `buyer-${number}`;
  const ten = Math.floor(number / 10);
  const code = number % 9 === 0 ? { code: CODE.code } : {};
  const kinds = [
    [{ category: 'stalls', quantity: 2, adjacent: true, type: 'adult' }],
    [
      { category: 'circle', quantity: 2, adjacent: true, type: 'adult' },
      { category: 'circle', quantity: 1, type: 'child' },
    ],
    [
      { unit: `BOX${1 + (ten % BOXES)}-${1 + (Math.floor(ten / BOXES) % SEATS_OF_A_BOX)}`, type: 'senior' },
      { area: 'floor', quantity: 1, type: 'child' },
    ],
    [
      { area: 'floor', quantity: 2, type: 'adult' },
      { area: 'floor', quantity: 1, type: 'senior' },
    ],
    [{ category: 'stalls', quantity: 1, type: 'senior' }],
  ];
  return { buyer, ...code, items: kinds[Math.floor(number / 2) % kinds.length] };
}

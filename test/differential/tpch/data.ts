// Rows of the TPC-H tables at any scale: the same on every machine, spread so that every query finds something.
import { Random } from '../../../src/cli/demo/random.ts';
import type { TableName } from './schema.ts';

/** One row as the text between its parentheses. */
export type RowText = string;

export interface Population {
  readonly suppliers: number;
  readonly customers: number;
  readonly parts: number;
  readonly orders: number;
}

/** Scale 1 is a gigabyte: 6 million lines. */
export function population(scale: number): Population {
  return {
    suppliers: Math.round(10_000 * scale),
    customers: Math.round(150_000 * scale),
    parts: Math.round(200_000 * scale),
    orders: Math.round(1_500_000 * scale),
  };
}

const regions = ['AFRICA', 'AMERICA', 'ASIA', 'EUROPE', 'MIDDLE EAST'] as const;

/** Name and position of its region. */
const nations: readonly (readonly [string, number])[] = [
  ['ALGERIA', 0],
  ['ARGENTINA', 1],
  ['BRAZIL', 1],
  ['CANADA', 1],
  ['EGYPT', 4],
  ['ETHIOPIA', 0],
  ['FRANCE', 3],
  ['GERMANY', 3],
  ['INDIA', 2],
  ['INDONESIA', 2],
  ['IRAN', 4],
  ['IRAQ', 4],
  ['JAPAN', 2],
  ['JORDAN', 4],
  ['KENYA', 0],
  ['MOROCCO', 0],
  ['MOZAMBIQUE', 0],
  ['PERU', 1],
  ['CHINA', 2],
  ['ROMANIA', 3],
  ['SAUDI ARABIA', 4],
  ['VIETNAM', 2],
  ['RUSSIA', 3],
  ['UNITED KINGDOM', 3],
  ['UNITED STATES', 1],
];

const segments = ['AUTOMOBILE', 'BUILDING', 'FURNITURE', 'HOUSEHOLD', 'MACHINERY'];
const priorities = ['1-URGENT', '2-HIGH', '3-MEDIUM', '4-NOT SPECIFIED', '5-LOW'];
const instructions = ['COLLECT COD', 'DELIVER IN PERSON', 'NONE', 'TAKE BACK RETURN'];
const shipModes = ['AIR', 'FOB', 'MAIL', 'RAIL', 'REG AIR', 'SHIP', 'TRUCK'];
const typeWords = [
  ['ECONOMY', 'LARGE', 'MEDIUM', 'PROMO', 'SMALL', 'STANDARD'],
  ['ANODIZED', 'BRUSHED', 'BURNISHED', 'PLATED', 'POLISHED'],
  ['BRASS', 'COPPER', 'NICKEL', 'STEEL', 'TIN'],
];
const containerWords = [
  ['JUMBO', 'LG', 'MED', 'SM', 'WRAP'],
  ['BAG', 'BOX', 'CAN', 'CASE', 'DRUM', 'JAR', 'PACK', 'PKG'],
];
const colours = [
  'almond',
  'azure',
  'beige',
  'black',
  'blue',
  'brown',
  'coral',
  'cream',
  'cyan',
  'forest',
  'gold',
  'green',
  'grey',
  'indigo',
  'ivory',
  'lime',
  'maroon',
  'navy',
  'olive',
  'orchid',
  'peach',
  'pink',
  'plum',
  'red',
  'rose',
  'sienna',
  'silver',
  'tan',
  'teal',
  'white',
];
const words = [
  'accounts',
  'boldly',
  'careful',
  'deposits',
  'even',
  'final',
  'ideas',
  'ironic',
  'packages',
  'pending',
  'quick',
  'regular',
  'requests',
  'silent',
  'sleep',
  'special',
  'theodolites',
  'unusual',
];

const dayMs = 86_400_000;
const firstDay = Date.UTC(1992, 0, 1) / dayMs;
/** Orders end early enough for their last line to arrive in 1998. */
const lastOrderDay = Date.UTC(1998, 7, 2) / dayMs;
/** What is shipped later is still open. */
const today = Date.UTC(1995, 5, 17) / dayMs;

function quoted(text: string): string {
  return `'${text}'`;
}

function date(day: number): string {
  return quoted(new Date(day * dayMs).toISOString().slice(0, 10));
}

function cents(value: number): string {
  const sign = value < 0 ? '-' : '';
  const digits = String(Math.abs(value)).padStart(3, '0');
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

function numbered(prefix: string, number: number): string {
  return quoted(`${prefix}#${String(number).padStart(9, '0')}`);
}

function sentence(random: Random, count: number): string {
  return Array.from({ length: count }, () => random.pick(words)).join(' ');
}

function phone(random: Random, nation: number): string {
  const digits = [random.between(100, 999), random.between(100, 999), random.between(1000, 9999)];
  return quoted(`${nation + 10}-${digits.join('-')}`);
}

function balance(random: Random): string {
  return cents(random.between(-99_999, 999_999));
}

function priceCents(part: number): number {
  return 90_000 + (Math.floor(part / 10) % 20_001) + 100 * (part % 1000);
}

/** The four suppliers of a part, spread over all of them. */
function supplierOf(part: number, which: number, { suppliers }: Population): number {
  return ((part * 7 + Math.floor(part / suppliers) + which * Math.floor(suppliers / 4)) % suppliers) + 1;
}

function* supplierRows({ suppliers }: Population): Generator<RowText> {
  const random = new Random(11);
  for (let key = 1; key <= suppliers; key++) {
    const nation = random.integer(nations.length);
    const complaint = key % 20 === 7 ? 'Customer sad Complaints ' : '';
    yield `${key}, ${numbered('Supplier', key)}, ${quoted(sentence(random, 2))}, ${nation}, ${phone(random, nation)}, ${balance(random)}, ${quoted(complaint + sentence(random, 5))}`;
  }
}

function* customerRows({ customers }: Population): Generator<RowText> {
  const random = new Random(12);
  for (let key = 1; key <= customers; key++) {
    const nation = random.integer(nations.length);
    yield `${key}, ${numbered('Customer', key)}, ${quoted(sentence(random, 2))}, ${nation}, ${phone(random, nation)}, ${balance(random)}, ${quoted(random.pick(segments))}, ${quoted(sentence(random, 7))}`;
  }
}

function* partRows({ parts }: Population): Generator<RowText> {
  const random = new Random(13);
  for (let key = 1; key <= parts; key++) {
    const maker = random.between(1, 5);
    const name = Array.from({ length: 5 }, () => random.pick(colours)).join(' ');
    const type = typeWords.map((choices) => random.pick(choices)).join(' ');
    const container = containerWords.map((choices) => random.pick(choices)).join(' ');
    yield `${key}, ${quoted(name)}, 'Manufacturer#${maker}', 'Brand#${maker}${random.between(1, 5)}', ${quoted(type)}, ${random.between(1, 50)}, ${quoted(container)}, ${cents(priceCents(key))}, ${quoted(sentence(random, 1))}`;
  }
}

function* partsuppRows(size: Population): Generator<RowText> {
  const random = new Random(14);
  for (let part = 1; part <= size.parts; part++) {
    for (let which = 0; which < 4; which++) {
      yield `${part}, ${supplierOf(part, which, size)}, ${random.between(1, 9999)}, ${cents(random.between(100, 100_000))}, ${quoted(sentence(random, 8))}`;
    }
  }
}

interface Line {
  readonly text: RowText;
  readonly isOpen: boolean;
  readonly totalCents: number;
}

function line(random: Random, size: Population, order: number, number: number, orderDay: number): Line {
  const part = random.between(1, size.parts);
  const supplier = supplierOf(part, random.integer(4), size);
  const quantity = random.between(1, 50);
  const price = quantity * priceCents(part);
  const discount = random.between(0, 10);
  const tax = random.between(0, 8);
  const shipped = orderDay + random.between(1, 121);
  const received = shipped + random.between(1, 30);
  const committed = orderDay + random.between(30, 90);
  const isOpen = shipped > today;
  const flag = received > today ? 'N' : random.pick(['R', 'A']);
  const text = `${order}, ${part}, ${supplier}, ${number}, ${quantity}, ${cents(price)}, ${cents(discount)}, ${cents(tax)}, '${flag}', '${isOpen ? 'O' : 'F'}', ${date(shipped)}, ${date(committed)}, ${date(received)}, ${quoted(random.pick(instructions))}, ${quoted(random.pick(shipModes))}, ${quoted(sentence(random, 3))}`;
  const totalCents = Math.round((price * (100 + tax) * (100 - discount)) / 10_000);
  return { text, isOpen, totalCents };
}

interface Order {
  readonly text: RowText;
  readonly lines: readonly RowText[];
}

/** A third of the customers never order; keys have gaps. */
function* orderRows(size: Population): Generator<Order> {
  const random = new Random(15);
  for (let index = 0; index < size.orders; index++) {
    const key = Math.floor(index / 8) * 32 + (index % 8) + 1;
    const drawn = random.between(1, size.customers - 1);
    const customer = drawn % 3 === 0 ? drawn + 1 : drawn;
    const day = random.between(firstDay, lastOrderDay);
    const lines = Array.from({ length: random.between(1, 7) }, (_, at) =>
      line(random, size, key, at + 1, day),
    );
    const open = lines.filter(({ isOpen }) => isOpen).length;
    const status = open === 0 ? 'F' : open === lines.length ? 'O' : 'P';
    const total = lines.reduce((sum, { totalCents }) => sum + totalCents, 0);
    const text = `${key}, ${customer}, '${status}', ${cents(total)}, ${date(day)}, ${quoted(random.pick(priorities))}, ${numbered('Clerk', random.between(1, 1000))}, 0, ${quoted(sentence(random, 5))}`;
    yield { text, lines: lines.map((one) => one.text) };
  }
}

/** Every row of every table, in an order that suits foreign keys. */
export function* tpchRows(size: Population): Generator<readonly [TableName, RowText]> {
  const random = new Random(10);
  for (const [key, name] of regions.entries()) {
    yield ['region', `${key}, ${quoted(name)}, ${quoted(sentence(random, 5))}`];
  }
  for (const [key, [name, region]] of nations.entries()) {
    yield ['nation', `${key}, ${quoted(name)}, ${region}, ${quoted(sentence(random, 5))}`];
  }
  for (const row of supplierRows(size)) yield ['supplier', row];
  for (const row of customerRows(size)) yield ['customer', row];
  for (const row of partRows(size)) yield ['part', row];
  for (const row of partsuppRows(size)) yield ['partsupp', row];
  for (const { text, lines } of orderRows(size)) {
    yield ['orders', text];
    for (const one of lines) yield ['lineitem', one];
  }
}

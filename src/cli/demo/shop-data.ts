// The demo's rows: an online shop of two years, the same on every machine.
import { Random } from './random.ts';

/** Values as the mysql2 driver prints them into a statement; decimals and dates are strings. */
export type Row = readonly (string | number)[];

export interface DemoTable {
  readonly keyspace: 'shop' | 'main';
  readonly name: string;
  readonly columns: readonly string[];
  /** Exactly how many rows `rows` yields. */
  readonly count: number;
  readonly rows: () => Iterable<Row>;
}

const seed = 20_240_229;
const userCount = 20_000;
const orderCount = 60_000;
/** One to three lines each in turn: two on average, and the number of items is known beforehand. */
const linesOfOrder = (order: number): number => 1 + (order % 3);
const eventCount = 50_000;
const firstDay = Date.UTC(2023, 6, 1);
const dayCount = 731;
const dayMs = 86_400_000;

const countries: readonly (readonly [string, string])[] = [
  ['DE', 'Germany'],
  ['US', 'United States'],
  ['FR', 'France'],
  ['GB', 'United Kingdom'],
  ['JP', 'Japan'],
  ['BR', 'Brazil'],
  ['IN', 'India'],
  ['ES', 'Spain'],
  ['IT', 'Italy'],
  ['PL', 'Poland'],
  ['NL', 'Netherlands'],
  ['SE', 'Sweden'],
  ['AT', 'Austria'],
  ['CH', 'Switzerland'],
  ['CA', 'Canada'],
  ['MX', 'Mexico'],
  ['AU', 'Australia'],
  ['ZA', 'South Africa'],
  ['KE', 'Kenya'],
  ['CI', "Côte d'Ivoire"],
];

const firstNames: readonly string[] = [
  'Ada',
  'Björn',
  'Chiara',
  'Diego',
  'Élodie',
  'Femi',
  'Grace',
  'Haruto',
  'Ines',
  'Jonas',
  'Karin',
  'Liam',
  'Mei',
  'Nadia',
  'Olu',
  'Priya',
  'Quentin',
  'Rosa',
  'Søren',
  'Tomáš',
];
const lastNames: readonly string[] = [
  ...([
    'Abe',
    'Brandt',
    'Costa',
    'Dubois',
    'Eriksson',
    'Fischer',
    'García',
    'Huang',
    'Ito',
    'Jensen',
  ] as const),
  ...([
    'Kowalski',
    'Lopez',
    'Müller',
    'Novák',
    "O'Brien",
    'Patel',
    'Rossi',
    'Schmidt',
    'Tanaka',
    'Weber',
  ] as const),
];
const products: readonly string[] = [
  'Kettle',
  'Desk lamp',
  'Notebook',
  'Headphones',
  'Backpack',
  'Water bottle',
  'Keyboard',
  'Chess set',
  'Umbrella',
  'Coffee beans 1 kg',
  'Running shoes',
  'Frying pan',
  'Ukulele',
  'USB-C cable',
  'Board game',
  'Scarf',
  'Camping stove',
  'Globe',
  'Fountain pen',
  'Tea pot',
];
const statuses = ['delivered', 'shipped', 'paid', 'new', 'cancelled'] as const;
const eventKinds = ['view', 'search', 'cart', 'login', 'purchase', 'refund'] as const;

const settings: readonly Row[] = [
  ['shop.name', 'The Shardgate Shop'],
  ['shop.currency', 'EUR'],
  ['shop.vat_percent', '19'],
  ['mail.sender', 'hello@shop.example'],
  ['feature.reviews', 'on'],
];

function* users(): Iterable<Row> {
  const random = new Random(seed);
  for (let id = 1; id <= userCount; id++) {
    const first = random.pick(firstNames);
    const last = random.pick(lastNames);
    const mailbox = `${first}.${last}`
      .normalize('NFD')
      .replace(/[^a-zA-Zø.]/g, '')
      .replace('ø', 'o')
      .toLowerCase();
    const [country] = random.pickSkewed(countries);
    yield [
      id,
      `${first} ${last}`,
      `${mailbox}.${id}@example.com`,
      country,
      cents(random.integer(500_000)),
      instant(random),
    ];
  }
}

interface Order {
  readonly id: number;
  readonly userId: number;
  readonly status: string;
  readonly createdAt: string;
  readonly items: readonly { product: string; quantity: number; priceCents: number }[];
}

function* ordersWithItems(): Iterable<Order> {
  const random = new Random(seed + 1);
  for (let id = 1; id <= orderCount; id++) {
    const userId = random.between(1, userCount);
    const status = random.pickSkewed(statuses);
    const createdAt = instant(random);
    const items = Array.from({ length: linesOfOrder(id) }, () => ({
      product: random.pickSkewed(products),
      quantity: random.between(1, 5),
      priceCents: random.between(199, 19_999),
    }));
    yield { id, userId, status, createdAt, items };
  }
}

function* orders(): Iterable<Row> {
  for (const { id, userId, status, createdAt, items } of ordersWithItems()) {
    const total = items.reduce((sum, item) => sum + item.quantity * item.priceCents, 0);
    yield [id, userId, status, cents(total), createdAt];
  }
}

function* orderItems(): Iterable<Row> {
  for (const { id, userId, items } of ordersWithItems()) {
    for (const [index, item] of items.entries()) {
      yield [userId, id, index + 1, item.product, item.quantity, cents(item.priceCents)];
    }
  }
}

function* events(): Iterable<Row> {
  const random = new Random(seed + 2);
  for (let id = 1; id <= eventCount; id++) {
    const day = isoDay(random.integer(dayCount));
    const kind = random.pickSkewed(eventKinds);
    const payload = JSON.stringify({ product: random.pick(products), ms: random.between(5, 900) });
    yield [day, id, random.between(1, userCount), kind, payload];
  }
}

function itemCount(): number {
  let count = 0;
  for (let id = 1; id <= orderCount; id++) count += linesOfOrder(id);
  return count;
}

function cents(amount: number): string {
  return `${Math.floor(amount / 100)}.${String(amount % 100).padStart(2, '0')}`;
}

function isoDay(day: number): string {
  return new Date(firstDay + day * dayMs).toISOString().slice(0, 10);
}

function instant(random: Random): string {
  const time = new Date(firstDay + random.integer(dayCount) * dayMs + random.integer(86_400) * 1000);
  return time.toISOString().slice(0, 19).replace('T', ' ');
}

export const demoTables: readonly DemoTable[] = [
  {
    keyspace: 'main',
    name: 'settings',
    columns: ['name', 'value'],
    count: settings.length,
    rows: () => settings,
  },
  {
    keyspace: 'shop',
    name: 'countries',
    columns: ['code', 'name'],
    count: countries.length,
    rows: () => countries,
  },
  {
    keyspace: 'shop',
    name: 'users',
    columns: ['id', 'name', 'email', 'country', 'balance', 'created_at'],
    count: userCount,
    rows: users,
  },
  {
    keyspace: 'shop',
    name: 'orders',
    columns: ['id', 'user_id', 'status', 'total', 'created_at'],
    count: orderCount,
    rows: orders,
  },
  {
    keyspace: 'shop',
    name: 'order_items',
    columns: ['user_id', 'order_id', 'line', 'product', 'quantity', 'price'],
    count: itemCount(),
    rows: orderItems,
  },
  {
    keyspace: 'shop',
    name: 'events',
    columns: ['day', 'id', 'user_id', 'kind', 'payload'],
    count: eventCount,
    rows: events,
  },
];

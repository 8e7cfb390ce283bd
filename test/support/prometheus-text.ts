// Checks exposition text the way a scraper reads it (version 0.0.4 of the format); says everything that is wrong.

const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const typeOrder: ReadonlySet<string> = new Set(['counter', 'gauge', 'histogram', 'summary', 'untyped']);

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Exposition {
  readonly samples: readonly Sample[];
  readonly types: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

export function readExposition(text: string): Exposition {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const problems: string[] = [];
  if (!text.endsWith('\n')) problems.push('the last line does not end');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    if (line.startsWith('# TYPE ')) readType(line, types, samples, problems);
    else if (line.startsWith('# HELP ')) readHelp(line, helps, problems);
    else if (!line.startsWith('#')) readSample(line, samples, problems);
  }
  problems.push(
    ...duplicates(samples),
    ...untyped(samples, types),
    ...lint(types, helps),
    ...brokenHistograms(samples, types),
  );
  return { samples, types, problems };
}

function readType(
  line: string,
  types: Map<string, string>,
  samples: readonly Sample[],
  problems: string[],
): void {
  const [, , name = '', type = ''] = line.split(' ');
  if (!nameForm.test(name)) problems.push(`bad name in ${line}`);
  if (!typeOrder.has(type)) problems.push(`bad type in ${line}`);
  if (types.has(name)) problems.push(`second TYPE of ${name}`);
  if (samples.some((sample) => familyOf(sample.name, new Map([[name, type]])) === name))
    problems.push(`TYPE of ${name} behind its samples`);
  types.set(name, type);
}

function readHelp(line: string, helps: Set<string>, problems: string[]): void {
  const name = line.split(' ')[2] ?? '';
  if (helps.has(name)) problems.push(`second HELP of ${name}`);
  if (line.split(' ').length < 4) problems.push(`empty HELP of ${name}`);
  helps.add(name);
}

function readSample(line: string, samples: Sample[], problems: string[]): void {
  const match = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line);
  const [, name = '', labelText = '', valueText = ''] = match ?? [];
  if (match === null || !nameForm.test(name)) {
    problems.push(`unreadable: ${line}`);
    return;
  }
  const labels: Record<string, string> = {};
  let rest = labelText;
  while (rest !== '') {
    const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)",?/.exec(rest);
    if (label === null) {
      problems.push(`bad labels: ${line}`);
      break;
    }
    const [whole, key = '', value = ''] = label;
    if (key in labels) problems.push(`label ${key} twice: ${line}`);
    labels[key] = value;
    rest = rest.slice(whole.length);
  }
  const value = valueText === '+Inf' ? Number.POSITIVE_INFINITY : Number(valueText);
  if (Number.isNaN(value) && valueText !== 'NaN') problems.push(`bad value: ${line}`);
  samples.push({ name, labels, value });
}

function keyOf({ name, labels }: Sample): string {
  return JSON.stringify([name, Object.entries(labels).sort()]);
}

function duplicates(samples: readonly Sample[]): string[] {
  const seen = new Set<string>();
  return samples
    .map(keyOf)
    .filter((key) => seen.has(key) || !seen.add(key))
    .map((key) => `twice: ${key}`);
}

function familyOf(name: string, types: ReadonlyMap<string, string>): string {
  const base = name.replace(/_(bucket|sum|count)$/, '');
  return types.get(base) === 'histogram' || types.get(base) === 'summary' ? base : name;
}

function untyped(samples: readonly Sample[], types: ReadonlyMap<string, string>): string[] {
  return samples
    .filter((sample) => !types.has(familyOf(sample.name, types)))
    .map((sample) => `no TYPE for ${sample.name}`);
}

/** What promtool's linter minds. */
function lint(types: ReadonlyMap<string, string>, helps: ReadonlySet<string>): string[] {
  return [...types].flatMap(([name, type]) => [
    ...(helps.has(name) ? [] : [`no HELP for ${name}`]),
    ...(type === 'counter' && !name.endsWith('_total') ? [`counter ${name} lacks _total`] : []),
    ...(type !== 'counter' && name.endsWith('_total') ? [`${type} ${name} ends in _total`] : []),
  ]);
}

function brokenHistograms(samples: readonly Sample[], types: ReadonlyMap<string, string>): string[] {
  const problems: string[] = [];
  const last = new Map<string, { bound: number; value: number }>();
  const counts = new Map(
    samples.filter(({ name }) => name.endsWith('_count')).map((one) => [keyOf(one), one.value]),
  );
  for (const sample of samples) {
    if (!sample.name.endsWith('_bucket') || types.get(sample.name.slice(0, -7)) !== 'histogram') continue;
    const { le = '', ...labels } = sample.labels;
    const bound = le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le);
    const series = keyOf({ ...sample, labels });
    const before = last.get(series);
    if (before !== undefined && (bound <= before.bound || sample.value < before.value))
      problems.push(`buckets out of order: ${series}`);
    last.set(series, { bound, value: sample.value });
    const count = counts.get(keyOf({ ...sample, name: sample.name.replace(/_bucket$/, '_count'), labels }));
    if (le === '+Inf' && count !== sample.value) problems.push(`+Inf is not the count: ${series}`);
  }
  for (const [series, { bound }] of last)
    if (bound !== Number.POSITIVE_INFINITY) problems.push(`no +Inf: ${series}`);
  return problems;
}

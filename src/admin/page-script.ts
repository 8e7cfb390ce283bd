// Script of the page for people: reads the JSON paths every two seconds, puts every value in as text, never as markup.

export const pageScript = `
const byId = (id) => document.getElementById(id);
const get = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(path + ' answered ' + answer.status);
  return answer.json();
};
const element = (tag, text, className) => {
  const made = document.createElement(tag);
  if (text !== undefined && text !== null) made.textContent = text;
  if (className) made.className = className;
  return made;
};
function fill(id, columns, rows, empty) {
  const head = element('tr');
  for (const [name, , kind] of columns) {
    const cell = element('th', name, kind === 'number' ? 'number' : '');
    cell.scope = 'col';
    head.append(cell);
  }
  const lines = rows.map((row) => {
    const line = element('tr');
    for (const [, read, kind] of columns) line.append(cellOf(read(row), kind));
    return line;
  });
  if (lines.length === 0) {
    const cell = element('td', empty || 'nothing yet', 'none');
    cell.colSpan = columns.length;
    const line = element('tr');
    line.append(cell);
    lines.push(line);
  }
  const thead = element('thead');
  thead.append(head);
  const body = element('tbody');
  body.append(...lines);
  byId(id).replaceChildren(thead, body);
}
function cellOf(value, kind) {
  if (kind !== 'state') return element('td', value, kind);
  const cell = element('td');
  cell.append(element('span', value, 'state ' + (value === 'up' || value === 'idle' || value === 'ok' ? 'up' : 'down')));
  return cell;
}
const ms = (seconds) => (seconds === null ? '-' : (seconds * 1000 < 10 ? (seconds * 1000).toFixed(2) : Math.round(seconds * 1000).toString()));
const count = (number) => number.toLocaleString('en');
const age = (seconds) => seconds < 90 ? Math.round(seconds) + ' s' : seconds < 5400 ? Math.round(seconds / 60) + ' min'
  : seconds < 172800 ? (seconds / 3600).toFixed(1) + ' h' : Math.round(seconds / 86400) + ' d';
let before = null;
function perSecond(status) {
  const now = { at: status.uptimeSeconds, statements: status.statements };
  const since = before;
  before = now;
  if (since === null || now.at <= since.at) return '-';
  return count(Math.round(Math.max(0, now.statements - since.statements) / (now.at - since.at)));
}
function tiles(status) {
  const { hits, misses } = status.planCache;
  const asked = hits + misses;
  const facts = [['Statements per second', perSecond(status)], ['Statements', count(status.statements)],
    ['Running now', count(status.inFlight)], ['Sessions', count(status.sessions)],
    ['Plans from cache', asked === 0 ? '-' : (100 * hits / asked).toFixed(1) + ' %'],
    ['Event loop lag', ms(status.eventLoopLagSeconds) + ' ms']];
  byId('tiles').replaceChildren(...facts.map(([name, value]) => {
    const tile = element('div');
    tile.append(element('dt', name), element('dd', value));
    return tile;
  }));
}
const number = 'number', code = 'code', state = 'state';
const views = {
  pools: [['Keyspace', (p) => p.keyspace], ['Shard', (p) => p.shard], ['Role', (p) => p.role], ['Server', (p) => p.address],
    ['State', (p) => p.up ? 'up' : 'down', state], ['Active', (p) => p.active, number], ['Idle', (p) => p.idle, number],
    ['Waiting', (p) => p.waiting, number], ['Max', (p) => p.max, number]],
  traffic: [['Keyspace', (q) => q.keyspace || '-'], ['Plan', (q) => q.plan], ['Answered', (q) => count(q.ok), number],
    ['Failed', (q) => count(q.failed), number], ['Mean ms', (q) => ms(q.meanSeconds), number], ['p50 ms', (q) => ms(q.p50Seconds), number],
    ['p95 ms', (q) => ms(q.p95Seconds), number], ['p99 ms', (q) => ms(q.p99Seconds), number]],
  queries: [['Statement', (q) => q.statement, code], ['Plan', (q) => q.plan], ['Count', (q) => count(q.count), number],
    ['Failed', (q) => count(q.failed), number], ['Mean ms', (q) => ms(q.meanSeconds), number], ['Max ms', (q) => ms(q.maxSeconds), number],
    ['Total s', (q) => (q.meanSeconds * q.count).toFixed(2), number]],
  slow: [['When', (q) => new Date(q.at).toLocaleTimeString()], ['Statement', (q) => q.statement, code], ['Plan', (q) => q.plan],
    ['Shards', (q) => q.shards, number], ['User', (q) => q.user], ['ms', (q) => ms(q.seconds), number], ['Outcome', (q) => q.failed ? 'failed' : 'ok', state]],
  sessions: [['Id', (s) => s.id, number], ['User', (s) => s.user], ['From', (s) => s.host], ['Database', (s) => s.database],
    ['State', (s) => s.running !== null ? 'running' : s.inTransaction ? 'in transaction' : 'idle'],
    ['For', (s) => age(s.seconds), number], ['Statement', (s) => s.running, code]],
  transactions: [['Id', (t) => t.id, code], ['State', (t) => t.state], ['Owner', (t) => t.owner], ['Shards', (t) => t.shards.join(', ')],
    ['Age', (t) => age(t.ageSeconds), number], ['Problem', (t) => t.problem]],
};
async function refresh() {
  try {
    const [status, pools, queries, sessions, transactions] = await Promise.all(
      ['status', 'pools', 'queries', 'sessions', 'transactions'].map((name) => get('/api/' + name)));
    byId('summary').textContent = status.version + ' in front of ' + status.server + ' · up ' + age(status.uptimeSeconds)
      + ' · vschema version ' + status.vschemaVersion + (status.draining ? ' · draining' : '');
    tiles(status);
    fill('pools', views.pools, pools.pools);
    fill('traffic', views.traffic, status.traffic);
    fill('queries', views.queries, queries.queries.slice(0, 20));
    fill('slow', views.slow, queries.slow.slice(0, 20), 'no statement took longer than log.slowQueryMs');
    fill('sessions', views.sessions, sessions.sessions.slice(0, 50), 'nobody is connected');
    fill('transactions', views.transactions, transactions.transactions.slice(0, 50), 'every distributed transaction has ended');
    const select = byId('keyspace');
    if (select.options.length === 0) select.append(...status.keyspaces.map((name) => new Option(name)));
  } catch (error) {
    byId('summary').textContent = 'no answer: ' + error.message;
  }
}
function showExplanation(answer) {
  const parts = [];
  if (answer.error !== undefined) {
    const text = answer.error.message ? 'ERROR ' + answer.error.errno + ' (' + answer.error.sqlstate + '): ' + answer.error.message : answer.error;
    parts.push(element('h3', 'Not planned'), element('p', text));
  } else {
    const where = answer.shards === null ? 'values decide which' : answer.shards.length === 0 ? 'none' : answer.shards.join(', ');
    parts.push(element('h3', 'Plan: ' + answer.label), element('p', 'Shards: ' + where), element('h3', 'Why'));
    const list = element('ul');
    list.append(...answer.reasons.map((reason) => element('li', reason)));
    parts.push(list);
    if ((answer.statements || []).length > 0) parts.push(element('h3', 'Statements'));
    for (const sent of answer.statements || []) {
      const on = sent.on === 'workspace' ? 'on the workspace' : sent.on.length === 0 ? 'where its values lead' : sent.on.join(', ');
      parts.push(element('div', on, 'soft'), element('pre', sent.sql));
    }
    const tree = element('details');
    tree.append(element('summary', 'Whole tree'), element('pre', JSON.stringify(answer, null, 2)));
    parts.push(tree);
  }
  byId('answer').replaceChildren(...parts);
  byId('answer').hidden = false;
}
byId('explain').addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    const answer = await fetch('/api/explain', { method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ sql: byId('sql').value, keyspace: byId('keyspace').value }) });
    showExplanation(await answer.json());
  } catch (error) {
    showExplanation({ error: error.message });
  }
});
refresh();
setInterval(refresh, 2000);
`;

// The page for people: topology, traffic, sessions, statements and an explain box, refreshed every two seconds.

/** Reads the JSON paths only; every value is put in as text, never as markup. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shardgate</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --good: #1a7f37; --bad: #c62828; }
  body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 72rem; padding: 1rem 1.25rem 3rem; }
  header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
  h1 { font-size: 1.3rem; margin: 0; }
  h2 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
  th { font-weight: 600; }
  td.number, th.number { text-align: right; }
  code, textarea, pre { font: 13px/1.5 ui-monospace, monospace; }
  pre { overflow: auto; padding: .75rem; border: 1px solid var(--line); border-radius: .4rem; max-height: 28rem; }
  textarea { width: 100%; box-sizing: border-box; min-height: 4.5rem; }
  .up { color: var(--good); } .down { color: var(--bad); font-weight: 600; }
  .scroll { overflow-x: auto; }
  form { display: grid; gap: .5rem; justify-items: start; }
</style>
</head>
<body>
<header><h1>Shardgate</h1><span id="summary" role="status"></span></header>
<main>
<h2>Shards</h2><div class="scroll"><table id="pools"></table></div>
<h2>Statements by plan</h2><div class="scroll"><table id="traffic"></table></div>
<h2>Most time</h2><div class="scroll"><table id="queries"></table></div>
<h2>Sessions</h2><div class="scroll"><table id="sessions"></table></div>
<h2><label for="sql">Explain</label></h2>
<form id="explain">
  <textarea id="sql" spellcheck="false">SELECT COUNT(*) FROM users</textarea>
  <label>Keyspace <select id="keyspace"></select></label>
  <button>Explain</button>
</form>
<pre id="plan" hidden></pre>
</main>
<script>
const get = async (path) => (await fetch(path)).json();
const byId = (id) => document.getElementById(id);
function fill(id, columns, rows) {
  const table = byId(id);
  const head = document.createElement('tr');
  for (const [name, , kind] of columns) head.append(cell('th', name, kind));
  const body = rows.map((row) => {
    const line = document.createElement('tr');
    for (const [, read, kind] of columns) line.append(cell('td', read(row), kind));
    return line;
  });
  table.replaceChildren(head, ...body);
}
function cell(tag, value, kind) {
  const element = document.createElement(tag);
  element.textContent = value ?? '';
  if (kind === 'number') element.className = 'number';
  if (kind === 'state' && tag === 'td') element.className = value;
  return element;
}
const ms = (seconds) => (seconds * 1000).toFixed(2);
async function refresh() {
  try {
    const [status, pools, queries, sessions] = await Promise.all(
      ['/api/status', '/api/pools', '/api/queries', '/api/sessions'].map(get));
    byId('summary').textContent = status.version + ' · ' + status.server + ' · up ' + Math.round(status.uptimeSeconds) + ' s · '
      + status.statements + ' statements · ' + sessions.sessions.length + ' sessions · vschema ' + status.vschemaVersion;
    fill('pools', [['Shard', (p) => p.shardId], ['Role', (p) => p.role], ['State', (p) => p.up ? 'up' : 'down', 'state'],
      ['Active', (p) => p.active, 'number'], ['Idle', (p) => p.idle, 'number'], ['Waiting', (p) => p.waiting, 'number'],
      ['Max', (p) => p.max, 'number']], pools.pools);
    fill('traffic', [['Keyspace', (q) => q.keyspace || '-'], ['Plan', (q) => q.plan], ['Answered', (q) => q.ok, 'number'],
      ['Failed', (q) => q.failed, 'number'], ['Mean ms', (q) => ms(q.meanSeconds), 'number']], status.traffic);
    fill('queries', [['Statement', (q) => q.statement], ['Plan', (q) => q.plan], ['Count', (q) => q.count, 'number'],
      ['Mean ms', (q) => ms(q.meanSeconds), 'number'], ['Max ms', (q) => ms(q.maxSeconds), 'number']], queries.queries.slice(0, 20));
    fill('sessions', [['Id', (s) => s.id, 'number'], ['User', (s) => s.user], ['From', (s) => s.host], ['Database', (s) => s.database],
      ['State', (s) => s.running === null ? 'idle' : 'running'], ['Statement', (s) => s.running]], sessions.sessions.slice(0, 50));
    const select = byId('keyspace');
    if (select.options.length === 0) select.append(...status.keyspaces.map((name) => new Option(name)));
  } catch (error) {
    byId('summary').textContent = 'no answer: ' + error.message;
  }
}
byId('explain').addEventListener('submit', async (event) => {
  event.preventDefault();
  const answer = await fetch('/api/explain', { method: 'POST', headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ sql: byId('sql').value, keyspace: byId('keyspace').value }) });
  byId('plan').hidden = false;
  byId('plan').textContent = JSON.stringify(await answer.json(), null, 2);
});
refresh();
setInterval(refresh, 2000);
</script>
</body>
</html>
`;

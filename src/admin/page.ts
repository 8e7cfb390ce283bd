// The page for people: topology, traffic, latencies, statements, sessions and an explain box.
import { pageScript } from './page-script.ts';
import { pageStyle } from './page-style.ts';

export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Shardgate</title>
<link rel="icon" href="data:,">
<style>${pageStyle}</style>
</head>
<body>
<header><div><h1>Shardgate</h1><span id="summary" role="status">loading ...</span></div></header>
<main>
<dl class="tiles" id="tiles"></dl>
<h2 id="h-explain">Explain a statement</h2>
<form id="explain" aria-labelledby="h-explain">
  <textarea id="sql" aria-label="Statement" spellcheck="false">SELECT country, COUNT(*) FROM users GROUP BY country</textarea>
  <div><label>Keyspace <select id="keyspace"></select></label> <button>Explain</button></div>
</form>
<div id="answer" hidden></div>
${table('pools', 'Topology')}
${table('traffic', 'Traffic and latencies')}
${table('queries', 'Top statements by time')}
${table('slow', 'Slow statements')}
${table('sessions', 'Sessions')}
${table('transactions', 'Distributed transactions')}
</main>
<script>${pageScript}</script>
</body>
</html>
`;

/** Wide tables scroll by themselves, so that the page does not. */
function table(id: string, title: string): string {
  return `<h2 id="h-${id}">${title}</h2>
<div class="scroll" role="region" aria-labelledby="h-${id}" tabindex="0"><table id="${id}" aria-labelledby="h-${id}"></table></div>`;
}

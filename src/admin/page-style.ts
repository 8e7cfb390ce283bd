// Style sheet of the page for people: light and dark, readable on a phone.

export const pageStyle = `
  :root { color-scheme: light dark; --ground: #fff; --text: #1b1f24; --soft: #59636e; --line: #d8dee4; --panel: #f6f8fa;
    --accent: #0b5cad; --good: #116329; --goodground: #dafbe1; --bad: #a40e26; --badground: #ffebe9; }
  @media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --text: #e6edf3; --soft: #9aa4af; --line: #30363d;
    --panel: #161b22; --accent: #6cb6ff; --good: #7ee787; --goodground: #12361f; --bad: #ff9492; --badground: #4a1416; } }
  * { box-sizing: border-box; }
  body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--ground); margin: 0; }
  header { border-bottom: 1px solid var(--line); background: var(--panel); }
  header > div, main { max-width: 76rem; margin: 0 auto; padding: .9rem 1.25rem; }
  header > div { display: flex; gap: .4rem 1rem; align-items: baseline; flex-wrap: wrap; }
  h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.05rem; margin: 2rem 0 .6rem; }
  #summary, .soft { color: var(--soft); }
  .tiles { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); margin: .4rem 0 0; }
  .tiles div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
  .tiles dt { color: var(--soft); font-size: .85rem; } .tiles dd { margin: 0; font-size: 1.35rem; font-weight: 600; }
  .scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; }
  table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
  th, td { text-align: left; padding: .35rem .75rem; border-bottom: 1px solid var(--line); vertical-align: top; }
  tbody tr:last-child td { border-bottom: 0; }
  th { font-weight: 600; font-size: .85rem; color: var(--soft); background: var(--panel); white-space: nowrap; }
  .number { text-align: right; white-space: nowrap; }
  td.code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; min-width: 18rem; }
  td.none { color: var(--soft); padding: .8rem .75rem; }
  .state { border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; font-weight: 600; display: inline-block; }
  .up { color: var(--good); background: var(--goodground); } .down { color: var(--bad); background: var(--badground); }
  form { display: grid; gap: .6rem; justify-items: start; }
  textarea, pre, code { font: 13px/1.5 ui-monospace, monospace; }
  textarea, select, button { color: inherit; background: var(--ground); border: 1px solid var(--line); border-radius: .4rem; padding: .45rem .6rem; font-size: .9rem; }
  textarea { width: 100%; min-height: 5rem; resize: vertical; }
  button { background: var(--accent); border-color: var(--accent); color: var(--ground); font-weight: 600; padding: .45rem 1.1rem; cursor: pointer; }
  form > div { display: flex; gap: .8rem; align-items: center; flex-wrap: wrap; }
  #answer { border: 1px solid var(--line); border-radius: .5rem; padding: .2rem 1rem 1rem; margin-top: .9rem; }
  #answer h3 { font-size: .95rem; margin: .9rem 0 .2rem; } #answer ul { margin: .2rem 0; padding-left: 1.2rem; }
  pre { overflow: auto; padding: .6rem .8rem; background: var(--panel); border-radius: .4rem; margin: .3rem 0; white-space: pre-wrap; overflow-wrap: anywhere; max-height: 24rem; }
  summary { cursor: pointer; margin-top: .8rem; }
`;

// The agent scorecards as one HTML page for a browser to print: the same tables, the interval bars and the trends as SVG,
// a page an agent. For the bench only.
import type { AgentScorecardsData } from '../../main/reports/agent-scorecards.ts';

type Agent = AgentScorecardsData['agents'][number];
type Bar = NonNullable<Agent['groups'][number]['rows'][number]['bar']>;

const escapeHtml = (text: string): string => text.replace(/[&<>"]/gu, (char) => `&#${char.charCodeAt(0)};`);
const tag = (name: string, text: string, attributes = ''): string =>
  `<${name}${attributes}>${escapeHtml(text)}</${name}>`;

const drawBar = (bar: Bar | null): string => {
  if (bar === null) return '';
  const x = (position: { at: number }): string => (3 + position.at * 70).toFixed(1);
  const interval =
    bar.low === null || bar.high === null
      ? ''
      : `<rect x="${x(bar.low)}" y="3" width="${((bar.high.at - bar.low.at) * 70).toFixed(1)}" height="4" fill="#a6bccb"/>`;
  const team = bar.team === null ? '' : `<rect x="${x(bar.team)}" y="0" width="1" height="10" fill="#1a2530"/>`;
  return `<svg width="76" height="10"><rect y="3" width="76" height="4" fill="#f1f4f7"/>${interval}${team}<circle cx="${x(bar.value)}" cy="5" r="2.5" fill="#1d5c8a"/></svg>`;
};

const drawTrend = ({ trend, name }: Agent): string => {
  if (trend === null) return '';
  const { points } = trend;
  const step = 270 / points.length;
  const axis = '<path d="M0 0H270M0 35H270M0 70H270" stroke="#cfd6dd"/>';
  const bars = points.map(({ barAt }, index) =>
    barAt === null
      ? ''
      : `<rect x="${(step * (index + 0.2)).toFixed(1)}" y="${(70 - barAt * 70).toFixed(1)}" width="${(step * 0.6).toFixed(1)}" height="${(barAt * 70).toFixed(1)}" fill="#1d5c8a"/>`,
  );
  const dots = points.flatMap(({ lineAt }, index) =>
    lineAt === null ? [] : [{ x: (step * (index + 0.5)).toFixed(1), y: (70 - lineAt * 70).toFixed(1) }],
  );
  const line = `<polyline fill="none" stroke="#1d5c8a" points="${dots.map(({ x, y }) => `${x},${y}`).join(' ')}"/>${dots.map(({ x, y }) => `<circle cx="${x}" cy="${y}" r="2" fill="#1d5c8a"/>`).join('')}`;
  const labels = points.map(
    ({ label }, index) =>
      `<text x="${(step * (index + 0.5)).toFixed(1)}" y="80" font-size="7" text-anchor="middle">${escapeHtml(label)}</text>`,
  );
  const rows = points.map(
    ({ label, handled, aht }) => `<tr>${tag('td', label)}${tag('td', handled)}${tag('td', aht)}</tr>`,
  );
  return `<h2>Within the period</h2><div class="trend"><div role="img" aria-label="${escapeHtml(name)}: handled and mean handle time">
<svg width="270" height="72">${axis}${bars.join('')}</svg><svg width="270" height="84">${axis}${line}${labels.join('')}</svg></div>
<table><thead><tr><th>Step<th>Handled<th>AHT</tr></thead>${rows.join('')}</table></div>`;
};

const drawAgent = (data: AgentScorecardsData, agent: Agent): string => {
  const heads = ['Metric', 'Value', 'n', '95 % interval', 'Against team', 'Before', 'Change'];
  const rows = agent.groups.flatMap((group) => [
    `<tr>${tag('th', group.label, ' colspan="7" class="group"')}</tr>`,
    ...group.rows.map(
      (row) =>
        `<tr>${tag('td', row.label)}${tag('td', row.text, ` class="${row.tone}"`)}${tag('td', row.n)}<td>${escapeHtml(row.range)} ${drawBar(row.bar)}</td><td>${tag('small', row.standing)} ${escapeHtml(row.team)}</td>${tag('td', row.previous)}${tag('td', row.change)}</tr>`,
    ),
  ]);
  const headlines = agent.headlines.map(
    (item) =>
      `<div>${tag('small', item.label)}<br>${tag('b', item.text)}<br>${tag('small', `${item.n} team ${item.team}`)}</div>`,
  );
  return `<section>${tag('small', `${data.title} · ${data.period}`)}${tag('h1', agent.name)}${tag('small', `Agent id ${agent.key}`)}
<div class="headlines">${headlines.join('')}</div><table><thead><tr>${heads.map((head) => tag('th', head)).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>${drawTrend(agent)}</section>`;
};

export const toHtml = (data: AgentScorecardsData): string => {
  const { summary } = data;
  const cells = (row: { text: string; tone: string }[]): string =>
    row.map(({ text, tone }) => tag('td', text, ` class="${tone}"`)).join('');
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>${escapeHtml(data.title)}</title><style>
@page { size: A4; margin: 15mm 15mm 18mm; @bottom-left { content: "${data.shortHash}"; font-size: 7pt } @bottom-right { content: "Page " counter(page) " of " counter(pages); font-size: 7pt } }
body { font: 8pt sans-serif; color: #1a2530; margin: 0 } h1 { font-size: 19pt; margin: 4pt 0 } table { border-collapse: collapse; width: 100% }
td, th { border-bottom: .5pt solid #cfd6dd; padding: 2.4pt; text-align: right } td:first-child, th:first-child, .group { text-align: left }
section { break-before: page } .headlines { display: grid; grid-template-columns: repeat(4, 1fr); gap: 5pt; margin: 6pt 0 } .headlines div { background: #f1f4f7; padding: 7pt }
.headlines b { font-size: 17pt } .grey { color: #5c6873; font-style: italic } .hidden, .none { color: #5c6873 } .trend { display: grid; grid-template-columns: 280px 1fr; gap: 6mm }
</style><body>${tag('small', data.workspace)}${tag('h1', data.title)}${tag('p', `${data.period} ${data.zone} · data as of ${data.dataAsOf} · coverage ${data.coverage.percent}`)}
<table><thead><tr><th>Agent</th>${summary.columns.map(({ label, unit }) => tag('th', `${label} ${unit}`)).join('')}</tr></thead><tr><th>Team</th>${cells(summary.team)}</tr>
${summary.rows.map((row) => `<tr>${tag('td', row.name)}${cells(row.cells)}</tr>`).join('')}</table>
${data.agents.map((agent) => drawAgent(data, agent)).join('\n')}
<section><h1>Definitions</h1><table>${data.definitions.map((item) => `<tr>${tag('td', item.label)}${tag('td', item.unit)}${tag('td', item.better)}${tag('td', item.formula)}</tr>`).join('')}</table>${tag('p', data.hash)}</section></body></html>`;
};

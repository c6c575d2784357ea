// The page of usage: calls over time as bars, and who made them.

import * as data from "./data.js";
import { fill, h, tabs } from "./dom.js";

const SPANS = [["hours", "6 hours"], ["day", "Day"], ["week", "Week"], ["month", "30 days"]];
const KINDS = [["callCountSuccess", "Success"], ["callCountBlocked", "Blocked"], ["callCountFailed", "Failed"], ["callCountOther", "Other"]];
const VIEWS = [["byApi", "APIs"], ["byOperation", "Operations"], ["byProduct", "Products"], ["bySubscription", "Subscriptions"], ["byUser", "Users"]];
const WIDTH = 1000, HEIGHT = 220, FOOT = 22, LEFT = 44;

const totalOf = (bar) => KINDS.reduce((sum, [key]) => sum + bar[key], 0);
const number = (value) => value.toLocaleString("en");

export async function usagePage(service) {
  const page = h("div", { className: "usage" });
  const show = async (span) => {
    const found = await data.usage(service.name, span);
    fill(page,
      h("div", { className: "titled" }, h("h1", {}, "Usage"), tabs("Time", SPANS, span, async (chosen) => {
        await show(chosen);
        page.querySelector("[aria-selected=true]").focus();
      })),
      totals(found.bars), plot(found.bars, span),
      h("div", { className: "cards wide" }, VIEWS.map(([key, title]) => table(title, found[key]))));
  };
  await show("day");
  return { title: "Usage", content: [page] };
}

function totals(bars) {
  const figures = KINDS.map(([key, title]) => [title, key, bars.reduce((sum, bar) => sum + bar[key], 0)]);
  const all = figures.reduce((sum, [, , value]) => sum + value, 0);
  return h("dl", { className: "figures" }, [["Calls", "", all], ...figures].map(([title, key, value]) =>
    h("div", {}, h("dt", {}, key && h("span", { className: `dot ${key}`, "aria-hidden": "true" }), title), h("dd", {}, number(value)))));
}

function s(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/* The least of 1, 2, 5, 10 ... that nothing is above. */
function ceiling(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= value) ?? 10 * power;
}

function plot(bars, span) {
  const top = ceiling(Math.max(...bars.map(totalOf)));
  const step = (WIDTH - LEFT) / bars.length;
  const tall = (value) => value / top * (HEIGHT - FOOT - 10);
  const ground = HEIGHT - FOOT;
  const lines = [0, 0.5, 1].filter((one) => Number.isInteger(one * top)).flatMap((one) => [
    s("line", { x1: LEFT, x2: WIDTH, y1: ground - tall(one * top), y2: ground - tall(one * top), class: "rule" }),
    s("text", { x: LEFT - 8, y: ground - tall(one * top) + 4, class: "tick", "text-anchor": "end" }, number(one * top)),
  ]);
  const columns = bars.map((bar, at) => {
    let base = ground;
    const parts = KINDS.map(([key]) => {
      base -= tall(bar[key]);
      return bar[key] ? s("rect", { x: LEFT + at * step + step * 0.12, y: base, width: step * 0.76, height: tall(bar[key]), class: key }) : null;
    }).filter(Boolean);
    const told = KINDS.filter(([key]) => bar[key]).map(([key, title]) => `${number(bar[key])} ${title.toLowerCase()}`).join(", ");
    const area = s("rect", { x: LEFT + at * step, y: 0, width: step, height: ground, class: "area" });
    return s("g", {}, s("title", {}, `${moment(bar.start, span)}: ${told || "no calls"}`), area, ...parts);
  });
  const every = Math.ceil(bars.length / 8);
  const labels = bars.map((bar, at) => at % every ? null : s("text", {
    x: LEFT + at * step + step / 2, y: HEIGHT - 5, class: "tick", "text-anchor": "middle",
  }, moment(bar.start, span, true))).filter(Boolean);
  const said = `Calls from ${moment(bars[0].start, span)} on, ${number(Math.max(...bars.map(totalOf)))} at most in one bar`;
  return h("figure", { className: "plot" },
    s("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": said }, ...lines, ...columns, ...labels));
}

/* Times are told in UTC, as the reports have them. */
function moment(start, span, short = false) {
  const [date, time] = [start.slice(0, 10), start.slice(11, 16)];
  if (!short) return span === "month" ? date : `${date} ${time} UTC`;
  return span === "month" ? date.slice(5) : span === "week" ? `${date.slice(5)} ${time}` : time;
}

function table(title, records) {
  const rows = records.map((one) => h("tr", {}, h("td", {}, one.name), h("td", { className: "count" }, number(one.callCountTotal)),
    h("td", { className: "count" }, number(one.callCountTotal - one.callCountSuccess)),
    h("td", { className: "count" }, `${one.apiTimeAvg.toFixed(1)} ms`)));
  const heads = [["Name"], ["Calls", "count"], ["Not successful", "count"], ["Average", "count"]];
  return h("section", { className: "card" }, h("h2", {}, title), rows.length
    ? h("div", { className: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, heads.map(([name, kind]) => h("th", { scope: "col", className: kind }, name)))),
      h("tbody", {}, rows)))
    : h("p", { className: "faint" }, "No calls."));
}

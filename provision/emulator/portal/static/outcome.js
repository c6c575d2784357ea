// What came back: requested URL, status, headers, content, trace.

import { copier, h } from "./dom.js";
import { pretty } from "./schema.js";

export function outcome(url, answer) {
  const content = contentOf(answer);
  return [
    h("h3", {}, "Response"),
    h("dl", {},
      h("dt", {}, "Requested URL"), h("dd", { className: "url", "data-part": "url" }, url),
      h("dt", {}, "Response status"),
      h("dd", { "data-part": "status" },
        h("span", { className: `status s${String(answer.status)[0]}` }, `${answer.status} ${answer.reason}`),
        h("span", { className: "faint" }, ` ${answer.milliseconds} ms`)),
      h("dt", {}, "Response headers"),
      h("dd", { "data-part": "headers" }, h("table", { className: "pairs-shown" }, h("tbody", {},
        answer.headers.map(([name, value]) => h("tr", {}, h("th", { scope: "row" }, name), h("td", {}, value)))))),
      h("dt", {}, "Response content", content && copier(() => content, "content")),
      h("dd", { "data-part": "content" }, content
        ? h("pre", { tabindex: "0" }, h("code", {}, content)) : h("p", { className: "faint" }, "No content."),
      answer.cut && h("p", { className: "faint" }, "Only its beginning is shown."))),
    answer.trace && traceOf(answer.trace),
  ];
}

function contentOf(answer) {
  if (answer.base64 !== undefined) return `(bytes, in Base64)\n${answer.base64}`;
  return pretty(answer.body);
}

function traceOf(entries) {
  return h("section", { className: "trace", "data-part": "trace" }, h("h3", {}, "Trace"),
    entries.length ? h("ol", {}, entries.map(step)) : h("p", { className: "faint" }, "No policy ran."));
}

function step(one) {
  const changes = Object.entries(one.changed ?? {});
  return h("li", {},
    h("p", {}, h("code", {}, one.element), " ", h("span", { className: "faint" },
      [one.section, one.scope, one.source].filter(Boolean).join(", "),
      one.microseconds === undefined ? "" : `, ${(one.microseconds / 1000).toFixed(2)} ms`)),
    one.message && h("p", {}, one.message),
    changes.length ? h("table", { className: "pairs-shown" }, h("tbody", {}, changes.map(([name, value]) => h("tr", {},
      h("th", { scope: "row" }, name), h("td", {}, value === null ? h("em", {}, "removed") : String(value)))))) : null);
}

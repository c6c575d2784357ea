// The page of an API: its operations, and one of them with its parameters, contents and answers.

import { parameters } from "./call.js";
import { link, versionOf } from "./catalogue.js";
import * as data from "./data.js";
import { fill, h, method } from "./dom.js";
import { exampleOf, schemaOf, schemaTable } from "./schema.js";
import { tryIt } from "./tryit.js";

export async function apiPage(service, apiId, operationId, reload) {
  const api = await data.api(service.name, apiId);
  const chosen = operationId ?? api.operations[0]?.id;
  const page = h("article", { className: "operation" });
  if (chosen) await show(page, service, api, chosen, reload);
  else put(page, api);
  return { title: api.displayName, content: [h("div", { className: "explorer" }, sidebar(service, api, chosen), page)] };
}

function put(page, api) {
  fill(page, h("h1", {}, api.displayName), h("p", { className: "lead" }, "This API has no operations."));
}

function sidebar(service, api, chosen) {
  const list = h("ul", { className: "operations" });
  const show = (words) => {
    const wanted = words.toLowerCase();
    fill(list, api.operations
      .filter((one) => `${one.displayName} ${one.method} ${one.urlTemplate}`.toLowerCase().includes(wanted))
      .map((one) => h("li", {}, h("a", {
        href: link(service.name, "apis", api.id, one.id), "aria-current": one.id === chosen ? "page" : undefined,
      }, method(one.method), h("span", {}, one.displayName)))));
  };
  show("");
  return h("aside", { className: "sidebar", "aria-label": "Operations" },
    h("p", { className: "crumb" }, h("a", { href: link(service.name) }, "APIs")),
    h("h2", {}, api.displayName, api.apiVersion && h("span", { className: "state" }, api.apiVersion)),
    h("p", { className: "path" }, h("code", {}, `/${api.path ?? ""}`)),
    api.description && h("p", { className: "faint" }, api.description),
    h("input", {
      type: "search", className: "search", placeholder: "Filter operations  ( / )", "aria-label": "Filter operations",
      "data-search": "", oninput: (event) => show(event.target.value),
    }),
    list);
}

async function show(page, service, api, id, reload) {
  const operation = await data.operation(service.name, api.id, id);
  const panel = h("section", { className: "panel", id: "try-panel", hidden: true, "aria-label": "Try it" });
  const open = h("button", {
    type: "button", className: "main", "aria-expanded": "false", "aria-controls": "try-panel",
    onclick: () => {
      const hidden = panel.hidden;
      if (hidden && !panel.childElementCount) {
        fill(panel, tryIt({ service, api, versionSet: versionOf(service, api), operation, reload }));
      }
      panel.hidden = !hidden;
      open.setAttribute("aria-expanded", String(hidden));
      open.textContent = hidden ? "Close" : "Try it";
      if (hidden) panel.querySelector("input, select, textarea, button")?.focus();
    },
  }, "Try it");
  fill(page,
    h("div", { className: "titled" }, h("h1", {}, operation.displayName), open),
    h("p", { className: "template" }, method(operation.method), h("code", {}, operation.urlTemplate)),
    operation.description && h("p", { className: "lead" }, operation.description),
    panel,
    requestOf(operation),
    answersOf(operation));
}

function table(caption, heads, rows) {
  if (!rows.length) return null;
  return [h("h3", {}, caption), h("div", { className: "scroll" }, h("table", {},
    h("thead", {}, h("tr", {}, heads.map((one) => h("th", { scope: "col" }, one)))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((cell) => h("td", {}, cell)))))))];
}

const described = (one) => [
  one.description ?? "",
  one.values?.length ? ` One of ${one.values.join(", ")}.` : "",
  one.defaultValue ? [" Default: ", h("code", {}, one.defaultValue), "."] : "",
];

const rowOf = (one, ...more) =>
  [h("code", {}, one.name), ...more, one.type ?? "string", one.required ? "yes" : "no", described(one)];

function requestOf(operation) {
  const given = parameters(operation);
  const headers = operation.request?.headers ?? [];
  const contents = operation.request?.representations ?? [];
  const shown = [
    table("Parameters", ["Name", "In", "Type", "Required", "Description"], given.map((one) => rowOf(one, one.place))),
    table("Headers", ["Name", "Type", "Required", "Description"], headers.map((one) => rowOf(one))),
    contents.length ? [h("h3", {}, "Body"), contents.map((one) => contentOf(one, operation.schemas))] : null,
  ].filter(Boolean);
  return h("section", {}, h("h2", {}, "Request"), operation.request?.description && h("p", {}, operation.request.description),
    shown.length ? shown : h("p", { className: "faint" }, "No parameters, headers or body are described."));
}

function contentOf(content, schemas) {
  const found = schemaOf(content, schemas);
  const example = exampleOf(content, schemas);
  return h("div", { className: "content" },
    h("p", {}, h("code", {}, content.contentType), content.typeName && h("span", { className: "faint" }, ` ${content.typeName}`)),
    found && schemaTable(found),
    example && h("details", {}, h("summary", {}, "Example"), h("pre", { tabindex: "0" }, h("code", {}, example))));
}

function answersOf(operation) {
  const answers = operation.responses ?? [];
  if (!answers.length) return null;
  return h("section", {}, h("h2", {}, "Responses"), answers.map((one) => h("div", { className: "answer" },
    h("h3", {}, h("span", { className: `status s${String(one.statusCode)[0]}` }, String(one.statusCode)), one.description),
    table("Headers", ["Name", "Type", "Required", "Description"], (one.headers ?? []).map((each) => rowOf(each))),
    (one.representations ?? []).map((each) => contentOf(each, operation.schemas)))));
}

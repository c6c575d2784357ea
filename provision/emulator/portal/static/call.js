// From what a person fills in to the call that it makes: pure functions.

/* The parameters of an operation, each with where it goes: path, query or header. */
export function parameters(operation) {
  const query = operation.urlTemplate.split("?")[1] ?? "";
  const within = (one, text) => new RegExp(`\\{\\*?${one.name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}\\}`).test(text);
  const template = (operation.templateParameters ?? []).map((one) => ({
    ...one, place: within(one, query) ? "query" : "path", inTemplate: true,
  }));
  const more = (operation.request?.queryParameters ?? []).map((one) => ({ ...one, place: "query", inTemplate: false }));
  return [...template, ...more];
}

const PLAIN = /%(?:3A|40|24|2C|3B|3D|2B)/g; // : @ $ , ; = + may stand in a path as they are
const segment = (text) => encodeURIComponent(text).replace(PLAIN, decodeURIComponent);
const encoded = (name, wild, value) => (wild ? value.split("/").map(segment).join("/") : segment(value));

function filled(template, values) {
  return template.replace(/\{(\*?)([^}]+)\}/g, (whole, wild, name) => encoded(name, wild, values[name] ?? ""));
}

/* A query from its template; a pair whose parameter is optional and empty is left out. */
function queryOf(template, operation, values) {
  const optional = new Set((operation.templateParameters ?? []).filter((one) => !one.required).map((one) => one.name));
  return template.split("&").filter(Boolean)
    .filter((pair) => {
      const name = /\{([^}]+)\}/.exec(pair)?.[1];
      return !(name && optional.has(name) && !values[name]);
    })
    .map((pair) => pair.replace(/\{([^}]+)\}/g, (whole, name) => encodeURIComponent(values[name] ?? "")));
}

/* Where the version of an API goes. */
function versioned(api, set) {
  const version = api.apiVersion;
  if (!version || !set) return { path: "", query: [], headers: [] };
  return {
    path: set.versioningScheme === "Segment" ? `/${segment(version)}` : "",
    query: set.versioningScheme === "Query" ? [`${set.versionQueryName}=${encodeURIComponent(version)}`] : [],
    headers: set.versioningScheme === "Header" ? [[set.versionHeaderName, version]] : [],
  };
}

/* The call: method, target below the gateway, headers, body. `rows` are the headers and queries added by hand. */
export function callOf({ api, versionSet, operation, values, headers, queries, body, key }) {
  const [path, query = ""] = operation.urlTemplate.split("?");
  const version = versioned(api, versionSet);
  const extra = parameters(operation).filter((one) => one.place === "query" && !one.inTemplate && values[one.name])
    .map((one) => `${encodeURIComponent(one.name)}=${encodeURIComponent(values[one.name])}`);
  const added = queries.filter(([name]) => name)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`);
  const pairs = [...queryOf(query, operation, values), ...extra, ...added, ...version.query];
  const base = `${api.path ? `/${encodeURI(api.path)}` : ""}${version.path}`;
  const tail = filled(path, values);
  const keyName = api.subscriptionKeyParameterNames?.header ?? "Ocp-Apim-Subscription-Key";
  const given = headers.filter(([name]) => name.trim()).map(([name, value]) => [name.trim(), value]);
  return {
    method: operation.method,
    target: `${base}${tail === "/" ? "" : tail}${pairs.length ? `?${pairs.join("&")}` : ""}` || "/",
    headers: [...given, ...version.headers, ...(key ? [[keyName, key]] : [])],
    body,
  };
}

export const hasBody = (method) => !["GET", "HEAD", "DELETE", "OPTIONS", "TRACE"].includes(method);

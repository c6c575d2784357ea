// JSON Schema as a table, and an example made from it.

import { h } from "./dom.js";

const DEEPEST = 6;

/* The schema that a content refers to: by name in its document, where there is one. */
export function schemaOf(content, schemas) {
  const root = content?.schemaId && schemas?.[content.schemaId];
  const [place, all] = root?.components?.schemas
    ? ["components/schemas", root.components.schemas] : ["definitions", root?.definitions];
  if (!content?.typeName || !all?.[content.typeName]) return undefined;
  return { root, schema: { $ref: `#/${place}/${pointed(content.typeName)}` } };
}

/* A name as a part of a JSON Pointer in a URL, and back. */
const pointed = (name) => encodeURIComponent(name.replaceAll("~", "~0").replaceAll("/", "~1"));
const unpointed = (part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~");

function resolved(schema, root, seen = 0) {
  if (!schema?.$ref || seen > DEEPEST) return schema ?? {};
  return resolved(schema.$ref.replace(/^#\//, "").split("/").map(unpointed).reduce((at, one) => at?.[one], root), root, seen + 1);
}

function merged(schema, root) {
  const plain = resolved(schema, root);
  if (!plain.allOf) return plain;
  const all = [plain, ...plain.allOf.map((one) => merged(one, root))];
  return {
    ...plain, type: "object",
    properties: Object.assign({}, ...all.map((one) => one.properties ?? {})),
    required: all.flatMap((one) => one.required ?? []),
  };
}

/* The name of a schema that others refer to. */
const nameOf = (schema) => schema?.$ref && unpointed(schema.$ref.split("/").pop());

function kind(given, root) {
  const schema = merged(given, root);
  if (schema.type === "array" || schema.items) return `array of ${kind(schema.items, root)}`;
  const type = Array.isArray(schema.type) ? schema.type.join(" or ") : schema.type ?? (schema.properties ? "object" : "any");
  return nameOf(given) ?? (schema.format ? `${type} (${schema.format})` : type);
}

/* A row for each property; what refers to a schema that it is in is named, and not told again. */
function rows(schema, root, open = []) {
  const name = nameOf(schema);
  if (open.length > DEEPEST || (name && open.includes(name))) return [];
  const plain = merged(schema, root);
  if (plain.items) return rows(plain.items, root, open);
  return Object.entries(plain.properties ?? {}).flatMap(([title, one]) => {
    const given = merged(one, root);
    const values = given.enum ? ` One of ${given.enum.join(", ")}.` : "";
    return [
      h("tr", {},
        h("td", { className: `depth-${Math.min(open.length, 4)}` }, h("code", {}, title)),
        h("td", {}, kind(one, root)),
        h("td", {}, plain.required?.includes(title) ? "yes" : "no"),
        h("td", {}, `${given.description ?? ""}${values}`)),
      ...rows(one, root, [...open, name ?? ""]),
    ];
  });
}

export function schemaTable({ schema, root }) {
  const found = rows(schema, root);
  if (!found.length) return h("p", { className: "faint" }, `${kind(merged(schema, root), root)}`);
  const head = ["Name", "Type", "Required", "Description"].map((one) => h("th", { scope: "col" }, one));
  return h("div", { className: "scroll" }, h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, found)));
}

function example(schema, root, open = []) {
  const name = nameOf(schema);
  const plain = merged(schema, root);
  const given = plain.example ?? plain.default ?? plain.enum?.[0];
  if (given !== undefined) return given;
  if (open.length > DEEPEST || (name && open.includes(name))) return null;
  const inside = [...open, name ?? ""];
  if (plain.items) return [example(plain.items, root, inside)].filter((one) => one !== null);
  if (plain.properties) {
    return Object.fromEntries(Object.entries(plain.properties).map(([title, one]) => [title, example(one, root, inside)]));
  }
  return { string: "", integer: 0, number: 0, boolean: true }[plain.type] ?? null;
}

/* What a content looks like: its own example, else one made from its schema. */
export function exampleOf(content, schemas) {
  const own = Object.values(content?.examples ?? {})[0]?.value ?? content?.sample;
  if (own !== undefined && own !== null) return typeof own === "string" ? pretty(own) : written(own, "");
  const found = schemaOf(content, schemas);
  return found ? written(example(found.schema, found.root), "") : "";
}

const LONGEST = 80;

/* JSON in lines, a list or an object that fits on one being on one. */
function written(value, indent) {
  const flat = JSON.stringify(value);
  if (value === null || typeof value !== "object" || !Object.keys(value).length) return flat;
  const spaced = flat.length > LONGEST ? flat : JSON.stringify(value, null, 1).replace(/\n\s*/g, " ");
  const plain = Object.values(value).every((one) => one === null || typeof one !== "object");
  if (plain && indent.length + spaced.length <= LONGEST) return Array.isArray(value) ? `[${spaced.slice(2, -2)}]` : spaced;
  const inner = `${indent}  `;
  if (Array.isArray(value)) return `[\n${value.map((one) => inner + written(one, inner)).join(",\n")}\n${indent}]`;
  const parts = Object.entries(value).map(([name, one]) => `${inner}${JSON.stringify(name)}: ${written(one, inner)}`);
  return `{\n${parts.join(",\n")}\n${indent}}`;
}

export function pretty(text) {
  try {
    return written(JSON.parse(text), "");
  } catch {
    return text;
  }
}

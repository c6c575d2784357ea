// The same call in four languages; each is whole, and runs as it is pasted.

const text = (value) => JSON.stringify(value);
const quoted = (value) => `'${value.replaceAll("'", "'\\''")}'`;

function curl({ method, url, headers, body }) {
  const lines = [`curl -i -X ${method} ${quoted(url)}`, ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`)];
  if (body) lines.push(`--data-binary ${quoted(body)}`);
  return lines.join(" \\\n  ");
}

function python({ method, url, headers, body }) {
  return [
    "import requests",
    "",
    "response = requests.request(",
    `    ${text(method)},`,
    `    ${text(url)},`,
    "    headers={",
    ...headers.map(([name, value]) => `        ${text(name)}: ${text(value)},`),
    "    },",
    ...(body ? [`    data=${text(body)}.encode(),`] : []),
    "    timeout=60,",
    ")",
    "print(response.status_code, response.reason)",
    "print(response.text)",
  ].join("\n");
}

function csharp({ method, url, headers, body }) {
  const type = headers.find(([name]) => name.toLowerCase() === "content-type")?.[1];
  const rest = headers.filter(([name]) => name.toLowerCase() !== "content-type");
  return [
    "using System.Net.Http.Headers;",
    "using System.Text;",
    "",
    "using var client = new HttpClient();",
    `using var request = new HttpRequestMessage(new HttpMethod(${text(method)}), ${text(url)});`,
    ...rest.map(([name, value]) => `request.Headers.TryAddWithoutValidation(${text(name)}, ${text(value)});`),
    ...(body ? [`request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(${text(body)}));`] : []),
    ...(body && type ? [`request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(${text(type)});`] : []),
    "using var response = await client.SendAsync(request);",
    "Console.WriteLine((int)response.StatusCode);",
    "Console.WriteLine(await response.Content.ReadAsStringAsync());",
  ].join("\n");
}

function javascript({ method, url, headers, body }) {
  return [
    `const response = await fetch(${text(url)}, {`,
    `  method: ${text(method)},`,
    "  headers: {",
    ...headers.map(([name, value]) => `    ${text(name)}: ${text(value)},`),
    "  },",
    ...(body ? [`  body: ${text(body)},`] : []),
    "});",
    "console.log(response.status, response.statusText);",
    "console.log(await response.text());",
  ].join("\n");
}

export const LANGUAGES = [["curl", "curl"], ["python", "Python"], ["csharp", "C#"], ["javascript", "JavaScript"]];

export const sample = (language, call) => ({ curl, python, csharp, javascript })[language](call);
